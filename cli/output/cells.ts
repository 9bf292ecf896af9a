import type { Refused, Requests, Row } from "../../access/matrix/matrix.ts";
import type { Conditions } from "../../access/matrix/samples.ts";

/** What is said of a row, by column. */
export type Cells = Readonly<Record<(typeof COLUMNS)[number], string>>;

export const COLUMNS = [
  "namespace",
  "account",
  "user",
  "host",
  "port",
  "gateway",
  "allowed",
  "refused",
  "notes",
] as const;

/** A row in words; a cell may have several lines. */
export function cellsOf(row: Row): Cells {
  const { namespace, account, user, host, port, gateway } = row;
  return {
    namespace,
    account,
    user: user === undefined ? "" : saidOfToken(user).join("\n"),
    host,
    port: String(port),
    gateway,
    allowed: row.allowed.map((one) => said(one)).join("\n"),
    refused: row.refused.map((one) => saidOfRefused(one, row)).join("\n"),
    notes: notesOf(row).join("\n"),
  };
}

/**
 * The columns that people need of some rows: the end user and the notes where there are any, and the gateway where
 * there are several.
 */
export function columnsFor(lines: readonly Cells[]): (keyof Cells)[] {
  const isTold = { user: false, notes: false };
  for (const { user, notes } of lines) {
    isTold.user ||= user !== "";
    isTold.notes ||= notes !== "";
  }
  const gateways = new Set(lines.map(({ gateway }) => gateway));
  const shown = { ...isTold, gateway: gateways.size > 1 };
  return COLUMNS.filter((name) => !(name in shown) || shown[name as keyof typeof shown]);
}

/** The head of {@link narrowLine}. */
export const NARROW = ["caller", "host", "allowed", "refused"] as const;

/** A row for a narrow place: who, to where, and the rest. */
export function narrowLine(cells: Cells, columns: readonly (keyof Cells)[]): string[] {
  const lines = (...texts: readonly string[]) => texts.filter((text) => text !== "").join("\n");
  return [
    lines(`${cells.namespace}/${cells.account}`, cells.user),
    lines(`${cells.host}:${cells.port}`, columns.includes("gateway") ? `by ${cells.gateway}` : ""),
    lines(cells.allowed, cells.notes),
    cells.refused,
  ];
}

/** What has to be known of a row besides, a text each. */
export function notesOf({ isRoutable, isForeign, unsure }: Row): string[] {
  return [
    ...(isRoutable ? [] : ["past its sidecar alone"]),
    ...(isForeign ? ["foreign: by objects of others"] : []),
    ...unsure.map((why) => `not certain: ${why}`),
  ];
}

/** A row's requests in words: `GET /a but not news/politics`. */
export function said({ path, method, except, headers }: Requests): string {
  const asked = path === "*" && method === "*" ? ["everything"] : [method === "*" ? "any" : method, path];
  const others = [
    ...except.principals.map(short),
    ...except.hosts,
    ...except.methods,
    ...except.paths,
    ...withEach(except.headers),
    ...except.users.map((user) => `the end user ${user}`),
    ...saidOfToken(except.claims).map((claim) => `a token of ${claim}`),
  ];
  return [
    ...asked,
    ...withEach(headers),
    ...(others.length === 0 ? [] : [`but not ${others.join(", ")}`]),
  ].join(" ");
}

function withEach(headers: Conditions): string[] {
  return Object.entries(headers).map(([name, values]) => `with ${name}: ${values.join(" or ")}`);
}

/** What is refused of a row, in words. */
export function saidOfRefused(refused: Refused, { principal, host }: Row): string {
  return [
    said(refused),
    ...(refused.host === host ? [] : [`at ${refused.host}`]),
    ...(refused.principal === principal ? [] : [`of ${short(refused.principal)}`]),
    ...(refused.user === undefined ? [] : [`with a token of ${saidOfToken(refused.user).join(", ")}`]),
  ].join(" ");
}

/** What a token has to say, a text for each claim. Of an issuer any subject is no condition. */
export function saidOfToken(claims: Conditions): string[] {
  return Object.entries(claims)
    .filter(([name, values]) => name !== "sub" || values.join() !== "*")
    .map(([name, values]) => `${name}: ${values.join(" or ")}`);
}

/** `news/politics` for `cluster.local/ns/news/sa/politics`. */
function short(principal: string): string {
  return principal.replace(/^.*\/ns\//, "").replace("/sa/", "/");
}
