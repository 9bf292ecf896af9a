import { isExact } from "../evaluate/match.ts";
import { jointText } from "../matrix/joint.ts";
import type { Requests, Row } from "../matrix/matrix.ts";
import { type RowCall, rowLets } from "../matrix/row-lets.ts";
import { type Conditions, nameOf, userOf } from "../matrix/samples.ts";
import { representatives } from "./representatives.ts";

/** What one caller may do with one port of a host on one side, and may not on the other. */
export interface AccessChange extends Row {
  /** What of the row's requests are such; with others that were there before, where a pattern has both. */
  readonly allowed: readonly Requests[];
  /** The same caller's row for this host and port on the other side, if it has one; by the same gateway, if it can be. */
  readonly other?: Row;
}

/**
 * What rows let happen that others do not. Exact in this sense: every call that the first let and the others do not is
 * in a change, and every pattern of a change holds such a call. A call that gets to its host past the caller's own
 * sidecar alone counts for less than one by it.
 *
 * @param rows of matrixOf
 * @param others of matrixOf
 */
export function accessBeyond(rows: readonly Row[], others: readonly Row[]): AccessChange[] {
  const known = new Set(others.map((row) => JSON.stringify(row)));
  const changed = rows.filter((row) => !known.has(JSON.stringify(row)));
  if (changed.length === 0) return [];
  const byTarget = Map.groupBy(others, targetOf);
  const overlapping = rowsByHost(others, byTarget);
  return changed.flatMap((row): AccessChange[] => {
    const own = keyOf(row);
    const same = (byTarget.get(targetOf(row)) ?? []).filter((one) => keyOf(one) === own);
    const other = same.find(({ gateway }) => gateway === row.gateway) ?? same[0];
    const about = overlapping(row).filter(({ isRoutable }) => isRoutable || !row.isRoutable);
    const allowed = row.allowed.filter((one) => isBeyond({ ...row, allowed: [one] }, about));
    return allowed.length === 0 ? [] : [{ ...row, allowed, ...(other === undefined ? {} : { other }) }];
  });
}

/** The rows about the same hosts and ports as some changes, but for those that change: who else is concerned. */
export function rowsBeside(rows: readonly Row[], changes: readonly Row[]): Row[] {
  const targets = new Set(changes.map(targetOf));
  const changed = new Set(changes.map(keyOf));
  return rows.filter((row) => targets.has(targetOf(row)) && !changed.has(keyOf(row)));
}

function targetOf({ host, port }: Row): string {
  return `${host} ${port}`;
}

function keyOf({ principal, host, port, user }: Row): string {
  return JSON.stringify([principal, host, port, user]);
}

/** The rows that may be about some of the same calls. */
function rowsByHost(
  rows: readonly Row[],
  byTarget: ReadonlyMap<string, readonly Row[]>,
): (row: Row) => readonly Row[] {
  const wildcards = rows.filter(({ host }) => !isExact(host));
  return (row) => {
    const { principal, host, port } = row;
    const about = isExact(host)
      ? [
          ...(byTarget.get(targetOf(row)) ?? []),
          ...wildcards.filter((one) => one.port === port && meet(one.host, host)),
        ]
      : rows.filter((one) => one.port === port && meet(one.host, host));
    return about.filter((one) => meet(one.principal, principal));
  };
}

/** Whether two patterns, but for templates of paths, take a text in common. */
function meet(one: string, other: string): boolean {
  if (isExact(one) && isExact(other)) return one === other;
  return jointText(one, other) !== undefined;
}

/** Whether a row of one pattern lets a call that none of the others lets. */
function isBeyond(row: Row, others: readonly Row[]): boolean {
  if (others.some((other) => covers(other, row))) return false;
  for (const call of callsOf(row, others))
    if (rowLets(row, call) && !others.some((other) => rowLets(other, call))) return true;
  return false;
}

/** Whether a row plainly lets all that another does; where it takes a closer look, false. */
function covers(other: Row, { principal, host, user, allowed: [own] }: Row): boolean {
  return (
    own !== undefined &&
    other.refused.length === 0 &&
    (other.user === undefined || JSON.stringify(other.user) === JSON.stringify(user)) &&
    (other.principal === principal || other.principal === "*") &&
    other.host === host &&
    other.allowed.some(
      ({ path, method, except, headers }) =>
        (path === own.path || path === "*") &&
        (method === own.method || method === "*") &&
        Object.values(except).every((what) => Object.keys(what).length === 0) &&
        Object.keys(headers).length === 0,
    )
  );
}

/** A call for each way in which a row's pattern can meet what the row refuses, and what the others say. */
function* callsOf(row: Row, others: readonly Row[]): Generator<RowCall> {
  const [own] = row.allowed;
  if (own === undefined) return;
  const rows = [row, ...others];
  const isMet = ({ path, method }: Requests) =>
    jointText(own.path, path) !== undefined && meet(own.method, method);
  const refusals = rows
    .flatMap(({ refused }) => refused)
    .filter((one) => isMet(one) && meet(row.principal, one.principal) && meet(row.host, one.host));
  const requests = [...rows.flatMap(({ allowed }) => allowed).filter(isMet), ...refusals];
  const excepted = requests.map(({ except }) => except);
  const principals = representatives(row.principal, [
    ...[...rows, ...refusals].map(({ principal }) => principal),
    ...excepted.flatMap((except) => except.principals),
  ]);
  const hosts = representatives(row.host, [
    ...[...rows, ...refusals].map(({ host }) => host),
    ...excepted.flatMap((except) => except.hosts.map(nameOf)),
  ]);
  const methods = representatives(own.method, [
    ...requests.map(({ method }) => method),
    ...excepted.flatMap((except) => except.methods),
  ]);
  const paths = representatives(own.path, [
    ...requests.map(({ path }) => path),
    ...excepted.flatMap((except) => except.paths),
  ]).map(absolute);
  const headers = textsFor(
    own.headers,
    requests.map((one) => one.headers),
    [...refusals.map((one) => one.headers), ...excepted.map((except) => except.headers)],
  );
  const claims = textsFor(
    row.user,
    rows.map(({ user }) => user),
    [
      ...refusals.map(({ user }) => user),
      ...excepted.map((except) => except.claims),
      ...excepted.flatMap((except) => except.users.map(claimsOfUser)),
    ],
  );
  for (const principal of principals)
    for (const host of hosts)
      for (const path of paths)
        for (const method of methods)
          for (const some of headers)
            for (const said of claims) yield { principal, host, path, method, headers: some, claims: said };
}

/** A path begins with a slash, whatever else a pattern would take. */
function absolute(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

function claimsOfUser(user: string): Conditions {
  const { issuer, subject } = userOf(user);
  return { iss: [issuer], sub: [subject] };
}

type Texts = Readonly<Record<string, string>>;

/**
 * Texts by name that meet some conditions, in each way in which they can meet others: with what a refusal asks for
 * besides, and without.
 */
function textsFor(
  own: Conditions = {},
  others: readonly (Conditions | undefined)[],
  refusals: readonly (Conditions | undefined)[],
): readonly Texts[] {
  const valuesIn = (some: readonly (Conditions | undefined)[], name: string) =>
    some.flatMap((conditions) => conditions?.[name] ?? []);
  const all = [...others, ...refusals];
  const names = new Set(refusals.flatMap((conditions = {}) => Object.keys(conditions)));
  const asked = Object.entries(own).map(([name, values]) => ({
    name,
    texts: values.flatMap((value) => representatives(value, valuesIn(all, name))),
  }));
  const more = [...names]
    .filter((name) => !(name in own))
    .map((name) => ({
      name,
      texts: [
        undefined,
        ...valuesIn(refusals, name).flatMap((value) => representatives(value, valuesIn(all, name))),
      ],
    }));
  return [...asked, ...more].reduce<readonly Texts[]>(
    (known, { name, texts }) =>
      known.flatMap((one) =>
        [...new Set(texts)].map((text) => (text === undefined ? one : { ...one, [name]: text })),
      ),
    [{}],
  );
}
