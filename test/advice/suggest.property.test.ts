import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { evaluate, evaluator } from "../../access/evaluate/evaluate.ts";
import { explainCall } from "../../access/evaluate/explain.ts";
import { matrixOf, type Row } from "../../access/matrix/matrix.ts";
import { type Call, meshOf, probeOf } from "../../advice/call.ts";
import { addressOf, hostsOf } from "../../advice/hosts.ts";
import { type Declaration, placesOf } from "../../advice/places.ts";
import { type Suggestion, suggest } from "../../advice/suggest.ts";
import type { DeclaredHost } from "../../model/environment.ts";
import { destinationsOf } from "../../plan/hosts/tcp/destinations.ts";
import type { Json } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { filesOf, loadTexts, NOW } from "../model/memory-files.ts";
import { gateways, hosts, type RandomHost } from "../rollout/environments.ts";

const NAMESPACES = ["news", "shop"];
const ACCOUNTS = ["politics", "cart", "other"];
const ISSUER = "https://login.example.com";
const SCHEMES = {
  none: "http",
  originate: "http",
  mutual: "http",
  passthrough: "https",
  tcp: "tcp",
} as const;

type Denial = { readonly from: { readonly serviceAccount: string } | { readonly namespace: string } };
type Files = Readonly<Record<string, Json>>;

/** An environment whose hosts stand in its own file or in a catalog, with a denial for all of them or without. */
const written = fc.record({
  hosts,
  lockdown: fc.subarray(NAMESPACES),
  isCatalog: fc.boolean(),
  isForUsers: fc.boolean(),
  deny: fc.option(
    fc.constantFrom<Denial>({ from: { serviceAccount: "shop/cart" } }, { from: { namespace: "shop" } }),
    {
      nil: undefined,
      freq: 2,
    },
  ),
  allow: fc.option(fc.constant({ from: { namespace: "shop" } }), { nil: undefined, freq: 2 }),
});

function filesIn({
  hosts,
  lockdown,
  isCatalog,
  isForUsers,
  deny,
  allow,
}: typeof written extends fc.Arbitrary<infer T> ? T : never): Files {
  const entries = hosts.map((host) => ({
    ...host,
    ...(isForUsers ? { allow: forUsers(host) } : {}),
    gateway: gateways[host.gateway]?.name,
  }));
  const own = {
    hosts: entries,
    ...(deny === undefined ? {} : { deny: [deny] }),
    ...(allow === undefined ? {} : { allow: [allow] }),
  };
  const frame = {
    environment: "dev",
    gateways: gateways.map(({ name, namespace, ports }) => ({ name, namespace, ports })),
    lockdown: lockdown.map((namespace) => ({ namespace })),
    issuers: [{ name: "corp", issuer: ISSUER, jwksUri: `${ISSUER}/keys` }],
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

/** A host's rules, the first for end users alone where requests tell of them, and callers may differ. */
function forUsers(host: RandomHost) {
  if (SCHEMES[host.tls] !== "http" || "refuse" in host) return host.allow;
  const users = { issuer: "corp", claims: { groups: ["editors"] } };
  return host.allow.map((rule, index) => (index === 0 ? { ...rule, users } : rule));
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
  account: fc.constantFrom(...ACCOUNTS),
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
  isByName: fc.boolean(),
  claims: fc.option(
    fc.constantFrom(
      { iss: ISSUER, sub: "ada", groups: ["editors", "all"] },
      { iss: ISSUER, sub: "bob", groups: "readers", scope: "read write", exp: 1 },
      { iss: "https://elsewhere.example.com", sub: "eve" },
    ),
    { nil: undefined },
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
    isByName,
    claims,
  }: typeof asked extends fc.Arbitrary<infer T> ? T : never,
  { declared }: Declaration,
): Call {
  const chosen = isDeclared ? declared[which % Math.max(declared.length, 1)] : undefined;
  const target =
    chosen === undefined
      ? undeclared
      : {
          host: (isByName ? undefined : addressOf(declared, chosen)) ?? chosen.host.replace("*", "any"),
          port: chosen.port,
          scheme: SCHEMES[chosen.mode],
        };
  const address = addressOf(declared, target);
  return {
    ...{ namespace, account, ...target, headers: {} },
    ...(address === undefined ? {} : { address }),
    ...(target.scheme === "http" ? request : {}),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** What a reader does who follows the suggestion: writes the entry into the list. */
function followed(files: Files, { file, path, yaml }: Suggestion): Files {
  const [, index, rule] = /^hosts(?:\[(\d+)\]\.allow(?:\[(\d+)\]\.paths)?)?$/.exec(path) ?? [];
  const { hosts = [], ...rest } = files[file] as { hosts?: { allow?: { paths?: string[] }[] }[] };
  const {
    hosts: added = [],
    allow = [],
    paths = [],
  } = parse(yaml) as { hosts?: Json[]; allow?: Json[]; paths?: string[] };
  const longer = hosts.map((host, at) => {
    if (String(at) !== index) return host;
    const rules = (host.allow ?? []).map((one, place) =>
      String(place) === rule ? { ...one, paths: [...(one.paths ?? []), ...paths] } : one,
    );
    return { ...host, allow: [...rules, ...allow] };
  });
  return { ...files, [file]: { ...rest, hosts: [...longer, ...added] } as Json };
}

/** What an owner does who follows what is said of a denial: writes the exemption into the rule. */
function exempted(files: Files, fix: string): Files | undefined {
  const [, caller, path, file = ""] =
    /exempt (\S+) \(except:, with until:\) in (\S+) at (\S+):\d+:\d+$/.exec(fix) ?? [];
  if (path === undefined) return undefined;
  const data = structuredClone(files[file]) as Json;
  const rule = path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<Json>((at, key) => (at as Record<string, Json>)[key] ?? {}, data);
  Object.assign(rule as object, { except: [{ serviceAccount: caller, until: "2099-12-31" }] });
  return { ...files, [file]: data };
}

/** What comes of a call, from each account. */
function answersFor(declaration: Declaration, call: Call): [caller: string, answer: string][] {
  const { mesh } = declaration.environment;
  const { evaluate: answer } = evaluator(planOf(declaration), meshOf(mesh));
  return NAMESPACES.flatMap((namespace) =>
    ACCOUNTS.map((account): [string, string] => [
      `${namespace}/${account}`,
      answer(probeOf({ ...call, namespace, account }, mesh)).answer,
    ]),
  );
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
    let exemptions = 0;
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
            (one.deny !== undefined &&
              (isCart || ("namespace" in one.deny.from && call.namespace === "shop"))) ||
            over.some(({ deny }) => deny.some((rule) => isCart || isWider(rule)));
          const isNotFound = over.some(({ refuse }) => refuse === "not-found");
          const isStranger =
            call.scheme === "http" && call.claims !== undefined && call.claims.iss !== ISSUER;
          const isHopeless = isDenied || isNotFound || !isHeard || isStranger || call.scheme === "tcp";
          expect(isHopeless, JSON.stringify(advice)).toBe(true);
          const changed = exempted(files, advice.fix);
          if (changed === undefined) {
            expect(advice.fix).not.toContain("exempt");
            return;
          }
          exemptions += 1;
          const freed = load(changed);
          expect(freed, JSON.stringify(advice)).toBeDefined();
          if (freed === undefined) return;
          const caller = `${call.namespace}/${call.account}`;
          const others = (some: Declaration) => answersFor(some, call).filter(([name]) => name !== caller);
          expect(others(freed)).toEqual(others(declaration));
          if (evaluate(planOf(freed), probe, meshOf(mesh)).answer === "allowed") return;
          // What refuses now is another rule, though it may stand in the same policy.
          const next = suggest(
            { file: "env.yaml", declaration: freed, files: filesOf(textsOf(changed)), now: NOW },
            call,
          );
          expect("fix" in next ? next.fix : "").not.toBe(advice.fix);
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
        // Asked for by its name, a host is all of its addresses.
        const cells =
          call.address === undefined ? [call.host] : nearest === undefined ? [] : destinationsOf(nearest);
        expect(new Set(rows.map(cellOf)).size).toBe(cells.length);
      }),
      { numRuns: 400 },
    );
    expect(alone).toBeGreaterThan(50);
    expect(exemptions).toBeGreaterThan(5);
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
        expect(unsure.length).toBe(answer === "unknown" ? 1 : 0);
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
