import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluator } from "../../access/evaluate/evaluate.ts";
import type { Environment, Host } from "../../model/environment.ts";
import type { Loaded } from "../../model/index.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "../model/memory-files.ts";
import { ACCOUNTS, matches, NAMESPACES, PATHS } from "./random-rules.ts";

const DECLARED = ["*.example.com", "*.b.example.com", "a.example.com", "a.b.example.com"];
/** Some are declared by their own name at times, the others only ever under a wildcard. */
const CALLED = ["a.example.com", "x.example.com", "a.b.example.com", "x.b.example.com"];
const MODES = { none: 80, originate: 80, passthrough: 443 } as const;
type Mode = keyof typeof MODES;

const callers = fc.constantFrom(
  { namespace: "news" },
  { namespace: "shop" },
  { serviceAccount: "news/one" },
  [{ namespace: "news" }, { serviceAccount: "shop/two" }],
);
const except = fc.constantFrom([{ serviceAccount: "news/two" }]);
const often = <T>(usual: T, other: T) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
const paths = fc.oneof(
  { weight: 3, arbitrary: fc.subarray(PATHS, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.subarray(["/a/*", "/a/{*}", "*.json"], { minLength: 1 }) },
);
const methods = fc.subarray(["GET", "POST"], { minLength: 1 });

const entry = (mode: Mode) => {
  const request = mode === "passthrough" ? {} : { paths, methods };
  const rule = fc.record({ from: callers, except, ...request }, { requiredKeys: ["from"] });
  const denial = fc.record({ from: callers, ...request }, { requiredKeys: [] });
  return fc.record(
    {
      host: fc.constantFrom(...DECLARED),
      tls: fc.constant(mode),
      gateway: often("egress", "other"),
      allow: fc.array(rule, { maxLength: 2 }),
      deny: fc.array(denial, { maxLength: 1 }),
      ...(mode === "passthrough" ? {} : { refuse: often("forbidden", "not-found") }),
    },
    { requiredKeys: ["host", "tls", "gateway"] },
  );
};
/** Wildcards and hosts under them, at times with the same rules. */
const hosts = fc.constantFrom<Mode>("none", "originate", "passthrough").chain((mode) =>
  fc
    .tuple(
      fc.uniqueArray(entry(mode), { minLength: 2, maxLength: 4, selector: ({ host }) => host }),
      often(false, true),
    )
    .map(([list, alike]) => {
      const { allow, refuse } = { allow: undefined, refuse: undefined, ...list[0] };
      return alike ? list.map((one) => ({ ...one, allow, refuse })) : list;
    }),
);
type Entries = typeof hosts extends fc.Arbitrary<infer T> ? T : never;

/** JSON is YAML. */
function load(entries: Entries): Loaded {
  const gateways = ["egress", "other"].map((name) => ({ name, namespace: name }));
  return loadTexts({ "env.yaml": JSON.stringify({ environment: "dev", gateways, hosts: entries }) });
}

interface Call {
  readonly caller: { readonly namespace: string; readonly account: string };
  readonly host: string;
  readonly method: string;
  readonly path: string;
}

function calls(paths: readonly string[]): Call[] {
  return CALLED.flatMap((host) =>
    NAMESPACES.flatMap((namespace) =>
      ACCOUNTS.flatMap((account) =>
        ["GET", "POST"].flatMap((method) =>
          paths.map((path) => ({ caller: { namespace, account }, host, method, path })),
        ),
      ),
    ),
  );
}

/** Whether the gateway that the caller's sidecar takes lets a call through. */
function answering(environment: Environment, mode: Mode): (call: Call) => boolean {
  const { evaluate } = evaluator(planEnvironment(environment).map(({ manifest }) => manifest));
  return ({ caller: { namespace, account }, ...call }) =>
    evaluate({
      ...call,
      principal: `cluster.local/ns/${namespace}/sa/${account}`,
      port: MODES[mode],
      scheme: mode === "passthrough" ? "https" : "http",
    }).answer === "allowed";
}

/** The rules of the name and of the wildcards over it. */
function rulesOver(hosts: readonly Host[], name: string, action: "allow" | "deny") {
  return hosts
    .filter(({ host }) => host === name || (host.startsWith("*") && name.endsWith(host.slice(1))))
    .flatMap((host) => host[action]);
}

const show = ({ caller: { namespace, account }, host, method, path }: Call) =>
  `${namespace}/${account} ${method} ${host}${path}`;

describe("of wildcards and hosts under them that check takes", { timeout: 240_000 }, () => {
  it("what one allows and none denies gets through, and nothing else", () => {
    const seen = { one: 0, several: 0, notFound: 0 };
    fc.assert(
      fc.property(hosts, (entries) => {
        const { environment } = load(entries);
        if (environment === undefined) return;
        const sameGateway = new Set(environment.hosts.map(({ gateway }) => gateway)).size === 1;
        seen[sameGateway ? "one" : "several"]++;
        if (environment.hosts.some(({ refuse }) => refuse === "not-found")) seen.notFound++;
        const isAllowed = answering(environment, entries[0]?.tls ?? "none");
        for (const call of calls(PATHS)) {
          const asks = (rule: Host["allow"][number]) => matches(rule, call.caller, call.method, call.path);
          const expected =
            rulesOver(environment.hosts, call.host, "allow").some(asks) &&
            !rulesOver(environment.hosts, call.host, "deny").some(asks);
          const allowed = isAllowed(call);
          // A sidecar takes the gateway of the nearest name that its namespace was granted, and no other.
          if (sameGateway || !expected) expect(allowed, show(call)).toBe(expected);
        }
      }),
      { numRuns: 1000 },
    );
    for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(10);
  });

  it("no denied path gets through in capitals or with parameters", () => {
    let denying = 0;
    const variants: readonly ((path: string) => string)[] = [
      (path) => path.toUpperCase(),
      (path) => `${path};x`,
    ];
    fc.assert(
      fc.property(hosts, (entries) => {
        const { environment } = load(entries);
        if (environment === undefined) return;
        if (!environment.hosts.some(({ deny }) => deny.some(({ paths }) => paths.length > 0))) return;
        denying++;
        const isAllowed = answering(environment, entries[0]?.tls ?? "none");
        for (const call of calls(PATHS)) {
          const denied = rulesOver(environment.hosts, call.host, "deny").some(
            (rule) => rule.paths.length > 0 && matches(rule, call.caller, call.method, call.path),
          );
          if (denied)
            for (const variant of variants) {
              const other = { ...call, path: variant(call.path) };
              expect(isAllowed(other), show(other)).toBe(false);
            }
        }
      }),
      { numRuns: 1200 },
    );
    expect(denying).toBeGreaterThan(10);
  });

  it("a rule that a warning says to remove is missed by no call", () => {
    let removed = 0;
    fc.assert(
      fc.property(hosts, (entries) => {
        const { environment, warnings } = load(entries);
        if (environment === undefined) return;
        const isAllowed = answering(environment, entries[0]?.tls ?? "none");
        for (const { path, fix, why } of warnings) {
          const [, host, action, index] =
            /^hosts\[(\d+)\]\.(allow|deny)\[(\d+)\](?:\.from)?$/.exec(path) ?? [];
          if (action === undefined || !/^remove it|, or remove it$/.test(fix)) continue;
          // Of several callers it is one that could go.
          if (Array.isArray(entries[Number(host)]?.[action as "deny"]?.[Number(index)]?.from)) continue;
          removed++;
          const rulesOf = (one: (typeof entries)[number] | undefined) => one?.[action as "allow"] ?? [];
          const meant = entries[Number(host)];
          // Hosts that answer «not found» together have the same rules, and so are changed together.
          const isTwin = (one: (typeof entries)[number]) =>
            one.refuse === "not-found" &&
            one.gateway === meant?.gateway &&
            JSON.stringify([one.refuse, one.allow]) === JSON.stringify([meant?.refuse, meant?.allow]);
          const without = entries.map((one) =>
            one === meant || (action === "allow" && isTwin(one))
              ? { ...one, [action]: rulesOf(one).filter((_, at) => at !== Number(index)) }
              : one,
          );
          const after = load(without as Entries);
          expect(after.problems).toEqual([]);
          if (after.environment === undefined) return;
          const isAllowedAfter = answering(after.environment, entries[0]?.tls ?? "none");
          for (const call of calls(PATHS))
            expect(isAllowedAfter(call), `${why}: ${show(call)}`).toBe(isAllowed(call));
        }
      }),
      { numRuns: 800 },
    );
    expect(removed).toBeGreaterThan(10);
  });
});
