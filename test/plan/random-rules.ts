import fc from "fast-check";
import { completeHosts, completeMesh, completeMonitoring, type HostInput } from "../../model/complete.ts";
import type { Host } from "../../model/environment.ts";
import type { Rule } from "../../model/rules/rule.ts";
import { formOf, literalOf } from "../../model/values/paths.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { gateway } from "./hosts.ts";

const mesh = completeMesh(undefined);
const monitoring = completeMonitoring(undefined);
export const NAMESPACES = ["news", "shop"];
export const ACCOUNTS = ["one", "two"];
export const PATHS = ["/a", "/a/b", "/a/b/c", "/x.json", "/post"];

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
/** A rule that allows. */
export const allow = fc.record(
  { from: callers, except: fc.array(account, { minLength: 1, maxLength: 1 }), ...request },
  { requiredKeys: ["from"] },
);
const deny = fc.record({ from: callers, methods: request.methods }, { requiredKeys: [] });
/** Hosts with rules of every form. */
export const list = fc.uniqueArray(
  fc.record({
    host: fc.constantFrom("a", "b", "c").map((letter) => `${letter}.example.com`),
    tls: fc.constant("none" as const),
    allow: fc.array(allow, { maxLength: 3 }),
    deny: fc.array(deny, { maxLength: 1 }),
  }),
  { maxLength: 3, selector: ({ host }) => host },
);

/** The hosts as far as they can be declared: what check refuses says nothing of planning. */
export function declared(inputs: readonly object[]): Host[] | undefined {
  try {
    return completeHosts(inputs as HostInput[], gateway);
  } catch {
    return undefined;
  }
}

export function plan(hosts: readonly Host[], own = gateway) {
  return planEnvironment({ name: "test", mesh, monitoring, gateways: [own], lockdown: [], hosts });
}

/** What the declaration itself says, told in the plainest way. */
export function matches(
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
