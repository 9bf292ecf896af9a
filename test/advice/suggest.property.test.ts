import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { evaluate } from "../../access/evaluate/evaluate.ts";
import { explainCall } from "../../access/evaluate/explain.ts";
import { matrixOf, type Row } from "../../access/matrix/matrix.ts";
import { type Call, meshOf, probeOf } from "../../advice/call.ts";
import { hostsOf } from "../../advice/hosts.ts";
import { type Declaration, placesOf } from "../../advice/places.ts";
import { type Suggestion, suggest } from "../../advice/suggest.ts";
import type { DeclaredHost } from "../../model/environment.ts";
import type { Json } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { filesOf, loadTexts, NOW } from "../model/memory-files.ts";
import { gateways, hosts } from "../rollout/environments.ts";

const NAMESPACES = ["news", "shop"];
const SCHEMES = {
  none: "http",
  originate: "http",
  mutual: "http",
  passthrough: "https",
  tcp: "tcp",
} as const;

type Files = Readonly<Record<string, Json>>;

/** An environment whose hosts stand in its own file or in a catalog, with a denial for all of them or without. */
const written = fc.record({
  hosts,
  lockdown: fc.subarray(NAMESPACES),
  isCatalog: fc.boolean(),
  deny: fc.option(fc.constant({ from: { serviceAccount: "shop/cart" } }), { nil: undefined, freq: 2 }),
  allow: fc.option(fc.constant({ from: { namespace: "shop" } }), { nil: undefined, freq: 2 }),
});

function filesIn({
  hosts,
  lockdown,
  isCatalog,
  deny,
  allow,
}: typeof written extends fc.Arbitrary<infer T> ? T : never): Files {
  const entries = hosts.map((host) => ({ ...host, gateway: gateways[host.gateway]?.name }));
  const own = {
    hosts: entries,
    ...(deny === undefined ? {} : { deny: [deny] }),
    ...(allow === undefined ? {} : { allow: [allow] }),
  };
  const frame = {
    environment: "dev",
    gateways: gateways.map(({ name, namespace, ports }) => ({ name, namespace, ports })),
    lockdown: lockdown.map((namespace) => ({ namespace })),
  };
  // As plain data: what is undefined is not there.
  const plain = (value: object) => JSON.parse(JSON.stringify(value)) as Json;
  return isCatalog
    ? {
        "env.yaml": plain({ ...frame, imports: ["news.yaml"] }),
        "news.yaml": plain({ owner: "news", ...own }),
      }
    : { "env.yaml": plain({ ...frame, ...own }) };
}

const textsOf = (files: Files) =>
  Object.fromEntries(Object.entries(files).map(([name, data]) => [name, JSON.stringify(data)]));

function load(files: Files): Declaration | undefined {
  const { environment, ...loaded } = loadTexts(textsOf(files));
  return environment === undefined ? undefined : { ...loaded, environment };
}

/** A call of a declared host, of a name under a wildcard, of an address, or of what nobody declared. */
const asked = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  account: fc.constantFrom("politics", "cart", "other"),
  which: fc.nat(),
  isDeclared: fc.boolean(),
  undeclared: fc.constantFrom(
    { host: "new.example.com", port: 80, scheme: "http" as const },
    { host: "new.example.com", port: 8080, scheme: "http" as const },
    { host: "new.example.com", port: 443, scheme: "https" as const },
    { host: "h1.example.com", port: 443, scheme: "https" as const },
    { host: "new.example.com", port: 80, scheme: "https" as const },
    { host: "new.example.com", port: 9999, scheme: "tcp" as const },
    { host: "new.example.com", port: 5432, scheme: "tcp" as const },
    { host: "192.0.2.1", port: 5432, scheme: "tcp" as const },
  ),
  request: fc.record(
    { path: fc.constantFrom("/health", "/sport/x", "/new"), method: fc.constantFrom("GET", "POST") },
    { requiredKeys: [] },
  ),
});

function callOf(
  {
    namespace,
    account,
    which,
    isDeclared,
    undeclared,
    request,
  }: typeof asked extends fc.Arbitrary<infer T> ? T : never,
  { declared }: Declaration,
): Call {
  const chosen = isDeclared ? declared[which % Math.max(declared.length, 1)] : undefined;
  const target =
    chosen === undefined
      ? undeclared
      : {
          host: chosen.addresses?.[0]?.replace(/\/.*/, "") ?? chosen.host.replace("*", "any"),
          port: chosen.port,
          scheme: SCHEMES[chosen.mode],
        };
  return { namespace, account, ...target, ...(target.scheme === "http" ? request : {}), headers: {} };
}

/** What a reader does who follows the suggestion: writes the entry into the list. */
function followed(files: Files, { file, path, yaml }: Suggestion): Files {
  const [, index] = /^hosts(?:\[(\d+)\]\.allow)?$/.exec(path) ?? [];
  const { hosts = [], ...rest } = files[file] as { hosts?: { allow?: Json[] }[] };
  const { hosts: added = [], allow = [] } = parse(yaml) as { hosts?: Json[]; allow?: Json[] };
  const longer = hosts.map((host, at) =>
    String(at) === index ? { ...host, allow: [...(host.allow ?? []), ...allow] } : host,
  );
  return { ...files, [file]: { ...rest, hosts: [...longer, ...added] } as Json };
}

/** A denial that is not for shop/cart alone, as the one at the head of the file is. */
const isWider = ({ from }: DeclaredHost["deny"][number]) => JSON.stringify(from) !== CART;
const CART = JSON.stringify([{ namespace: "shop", account: "cart" }]);
const planOf = ({ environment }: Declaration) => planEnvironment(environment).map(({ manifest }) => manifest);
const cellOf = ({ principal, host, port }: Row) => `${principal} ${host} ${port}`;
/** A row without what it says twice: a name under a wildcard is refused with the wildcard. */
function plain(row: Row): Row {
  const refused = row.refused.filter(
    (one) =>
      !row.refused.some(
        (other) =>
          JSON.stringify({ ...one, host: other.host }) === JSON.stringify(other) &&
          one.host !== other.host &&
          other.host.startsWith("*") &&
          one.host.endsWith(other.host.slice(1)),
      ),
  );
  return { ...row, refused };
}
/** The rows that one matrix has and the other has not. */
function changed(before: readonly Row[], after: readonly Row[]): Row[] {
  const texts = (rows: readonly Row[]) => new Set(rows.map((row) => JSON.stringify(row)));
  const [old, fresh] = [texts(before), texts(after)];
  return [
    ...before.filter((row) => !fresh.has(JSON.stringify(row))),
    ...after.filter((row) => !old.has(JSON.stringify(row))),
  ];
}

describe("what is said of a call", { timeout: 120_000 }, () => {
  it("is allowed by the declaration that is suggested, which changes nothing else", () => {
    let alone = 0;
    fc.assert(
      fc.property(written, asked, (one, question) => {
        const files = filesIn(one);
        const declaration = load(files);
        fc.pre(declaration !== undefined);
        if (declaration === undefined) return;
        const call = callOf(question, declaration);
        const { mesh } = declaration.environment;
        const probe = probeOf(call, mesh);
        const before = planOf(declaration);
        const { answer } = evaluate(before, probe, meshOf(mesh));
        if (answer === "allowed" || answer === "unknown") return;
        const advice = suggest(
          { file: "env.yaml", declaration, files: filesOf(textsOf(files)), now: NOW },
          call,
        );
        if ("why" in advice) {
          const { environment, declared } = declaration;
          const over = hostsOf(declared, call);
          const protocol = { http: "http", https: "tls", tcp: "tcp" }[call.scheme];
          const isHeard = environment.gateways.some(({ ports }) =>
            ports.some((own) => own.port === call.port && own.protocol === protocol),
          );
          const isCart = call.namespace === "shop" && call.account === "cart";
          const isDenied =
            (one.deny !== undefined && isCart) ||
            over.some(({ deny }) => deny.some((rule) => isCart || isWider(rule)));
          const isNotFound = over.some(({ refuse }) => refuse === "not-found");
          expect(isDenied || isNotFound || !isHeard || call.scheme === "tcp", JSON.stringify(advice)).toBe(
            true,
          );
          return;
        }
        const after = load(followed(files, advice));
        expect(after, JSON.stringify(advice)).toBeDefined();
        if (after === undefined) return;
        const manifests = planOf(after);
        expect(evaluate(manifests, probe, meshOf(mesh)).answer).toBe("allowed");
        const rows = changed(matrixOf(before).map(plain), matrixOf(manifests).map(plain));
        const [nearest] = hostsOf(after.declared, call);
        for (const row of rows) {
          expect(row.port).toBe(call.port);
          expect([row.principal === probe.principal, row.host === nearest?.host]).toContain(true);
        }
        // Without a word of more it is one cell.
        if (advice.also !== undefined) return;
        alone += 1;
        expect(rows.map(({ principal }) => principal)).toContain(probe.principal);
        expect(new Set(rows.map(cellOf)).size).toBe(1);
      }),
      { numRuns: 400 },
    );
    expect(alone).toBeGreaterThan(50);
  });

  it("ends with what decides, and leads to the declaration", () => {
    fc.assert(
      fc.property(written, asked, (one, question) => {
        const declaration = load(filesIn(one));
        fc.pre(declaration !== undefined);
        if (declaration === undefined) return;
        const call = callOf(question, declaration);
        const { mesh } = declaration.environment;
        const { answer, steps, unsure } = explainCall(planOf(declaration), probeOf(call, mesh), meshOf(mesh));
        expect(unsure).toEqual([]);
        const stops = steps.filter(({ passes }) => !passes);
        expect(stops).toEqual(answer === "allowed" || answer === "direct" ? [] : steps.slice(-1));
        const place = placesOf(declaration, call);
        for (const step of steps)
          if (step.object !== undefined) expect(place(step), JSON.stringify(step)).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
