import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluator } from "../../access/evaluate.ts";
import { completeHosts, completeMesh, completeMonitoring, type HostInput } from "../../model/complete.ts";
import type { Host } from "../../model/environment.ts";
import { formOf, literalOf } from "../../model/paths.ts";
import type { Rule } from "../../model/rule.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { gateway } from "./hosts.ts";

const mesh = completeMesh(undefined);
const NAMESPACES = ["news", "shop"];
const ACCOUNTS = ["one", "two"];
const PATHS = ["/a", "/a/b", "/a/b/c", "/x.json", "/post"];

const account = fc.record({
  serviceAccount: fc
    .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom(...ACCOUNTS))
    .map((names) => names.join("/")),
});
const namespace = fc.constantFrom(...NAMESPACES).map((name) => ({ namespace: name }));
const callers = fc.oneof(
  namespace,
  account,
  fc.constant({ namespace: "*" }),
  fc.array(fc.oneof(namespace, account), { minLength: 1, maxLength: 2 }),
);
const request = {
  paths: fc.subarray(["/a", "/a/*", "/a/{*}", "/a/{**}", "*.json", "/post"], { minLength: 1 }),
  methods: fc.subarray(["GET", "POST"], { minLength: 1 }),
};
const allow = fc.record(
  { from: callers, except: fc.array(account, { minLength: 1, maxLength: 1 }), ...request },
  { requiredKeys: ["from"] },
);
const deny = fc.record({ from: callers, methods: request.methods }, { requiredKeys: [] });
const list = fc.uniqueArray(
  fc.record({
    host: fc.constantFrom("a", "b", "c").map((letter) => `${letter}.example.com`),
    tls: fc.constant("none" as const),
    allow: fc.array(allow, { maxLength: 3 }),
    deny: fc.array(deny, { maxLength: 1 }),
  }),
  { maxLength: 3, selector: ({ host }) => host },
);

/** The hosts as far as they can be declared: what check refuses says nothing of planning. */
function declared(inputs: readonly object[]): Host[] | undefined {
  try {
    return completeHosts(inputs as HostInput[], gateway);
  } catch {
    return undefined;
  }
}

function plan(hosts: readonly Host[]) {
  return planEnvironment({
    name: "test",
    mesh,
    gateways: [gateway],
    lockdown: [],
    monitoring: completeMonitoring(undefined),
    hosts,
  });
}

/** What the declaration itself says, told in the plainest way. */
function matches(
  rule: Rule,
  caller: { namespace: string; account: string },
  method: string,
  path: string,
): boolean {
  const names = (list: Rule["from"]) =>
    list.some(
      ({ namespace, account }) =>
        namespace === "*" ||
        (namespace === caller.namespace && (account ?? caller.account) === caller.account),
    );
  return (
    names(rule.from) &&
    !names(rule.except) &&
    (rule.methods.length === 0 || rule.methods.includes(method)) &&
    (rule.paths.length === 0 || rule.paths.some((one) => fits(one, path)))
  );
}

function fits(pattern: string, path: string): boolean {
  switch (formOf(pattern)) {
    case "exact":
      return path === pattern;
    case "prefix":
      return path.startsWith(literalOf(pattern));
    case "suffix":
      return path.endsWith(literalOf(pattern));
    case "template":
      return pattern.endsWith("{**}") ? path.startsWith("/a/") : /^\/a\/[^/]+$/.test(path);
  }
}

describe("rules", { timeout: 120_000 }, () => {
  it("let through what one allows and none denies, and nothing else", () => {
    fc.assert(
      fc.property(list, (inputs) => {
        const hosts = declared(inputs);
        fc.pre(hosts !== undefined);
        if (hosts === undefined) return;
        const { evaluate } = evaluator(plan(hosts).map(({ manifest }) => manifest));
        for (const host of hosts)
          for (const namespace of NAMESPACES)
            for (const account of ACCOUNTS)
              for (const method of ["GET", "POST"])
                for (const path of PATHS) {
                  const asks = (rule: Rule) => matches(rule, { namespace, account }, method, path);
                  const expected = host.allow.some(asks) && !host.deny.some(asks);
                  const principal = `cluster.local/ns/${namespace}/sa/${account}`;
                  const { answer } = evaluate({
                    principal,
                    host: host.host,
                    port: 80,
                    scheme: "http",
                    method,
                    path,
                  });
                  expect(answer === "allowed", `${principal} ${method} ${host.host}${path}: ${answer}`).toBe(
                    expected,
                  );
                }
      }),
      { numRuns: 150 },
    );
  });

  it("in another order give the same bytes, and keep their keys when others come", () => {
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.nat()), allow, (inputs, numbers, more) => {
        const hosts = declared(inputs);
        const mixed = <T>(entries: readonly T[]) =>
          entries
            .map((entry) => ({ entry, by: numbers.next().value }))
            .sort((a, b) => a.by - b.by)
            .map(({ entry }) => entry);
        const other = declared(
          mixed(inputs).map((host) => ({ ...host, allow: mixed(host.allow), deny: mixed(host.deny) })),
        );
        expect(other === undefined).toBe(hosts === undefined);
        if (hosts === undefined || other === undefined) return;
        expect(renderStream(plan(other))).toBe(renderStream(plan(hosts)));
        const wider = declared(inputs.map((host) => ({ ...host, allow: [more, ...host.allow] })));
        const keys = (list: readonly Host[]) => list.map(({ allow }) => allow.map(({ key }) => key));
        wider?.forEach(({ allow }, index) => {
          expect(allow.map(({ key }) => key)).toEqual(expect.arrayContaining(keys(hosts)[index] ?? []));
        });
      }),
      { numRuns: 150 },
    );
  });
});
