import fc from "fast-check";
import { completeHosts, completeMesh, completeMonitoring, type HostInput } from "../../model/complete.ts";
import type { Host, Issuer } from "../../model/environment.ts";
import type { Rule } from "../../model/rules/rule.ts";
import { formOf, literalOf } from "../../model/values/paths.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { gateway } from "./hosts.ts";

const mesh = completeMesh(undefined);
const monitoring = completeMonitoring(undefined);
export const NAMESPACES = ["news", "shop"];
export const ACCOUNTS = ["one", "two"];
export const PATHS = ["/a", "/a/b", "/a/b/c", "/x.json", "/post"];
export const ISSUER: Issuer = {
  name: "corp",
  issuer: "https://login.example.com",
  jwksUri: "https://login.example.com/keys",
  header: "x-user-token",
};
/** What requests' tokens say, if they have one. */
export const TOKENS = [
  undefined,
  { iss: ISSUER.issuer, sub: "ann" },
  { iss: ISSUER.issuer, sub: "bob", groups: ["editors", "readers"] },
];

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
const users = fc.constantFrom({ issuer: "corp" }, { issuer: "corp", claims: { groups: ["editors"] } });
const whom = { from: callers, except: fc.array(account, { minLength: 1, maxLength: 1 }) };
type Whom = typeof whom & { readonly users?: typeof users };
/** A rule that allows. */
export const allow = fc.record({ ...whom, ...request }, { requiredKeys: ["from"] });
const deny = fc.record({ from: callers, methods: request.methods }, { requiredKeys: [] });
const common = {
  host: fc.constantFrom("a", "b", "c").map((letter) => `${letter}.example.com`),
  tls: fc.constant("none" as const),
  deny: fc.array(deny, { maxLength: 1 }),
};
function forbidding(whom: Whom) {
  const rule = fc.record({ ...whom, ...request }, { requiredKeys: ["from"] });
  return fc.record({ ...common, allow: fc.array(rule, { maxLength: 3 }) });
}

/** Routes can't tell callers apart, so all rules of such a host are for the same ones. */
function notFinding(whom: Whom) {
  const requests = fc.array(fc.record(request, { requiredKeys: [] }), { minLength: 1, maxLength: 3 });
  return fc
    .record({ ...common, whom: fc.record(whom, { requiredKeys: ["from"] }), requests })
    .map(({ whom, requests, ...host }) => ({
      ...host,
      refuse: "not-found" as const,
      allow: requests.map((one) => ({ ...whom, ...one })),
    }));
}

function hosts(whom: Whom) {
  const one = fc.oneof(forbidding(whom), notFinding(whom));
  return fc.uniqueArray(one, { maxLength: 3, selector: ({ host }) => host });
}

/** Hosts with rules of every form, and of both ways to refuse. */
export const list = hosts(whom);
/** As {@link list}, with rules that ask for end users. */
export const listWithUsers = hosts({ ...whom, users });

/** The hosts as far as they can be declared: what check refuses says nothing of planning. */
export function declared(inputs: readonly object[]): Host[] | undefined {
  try {
    return completeHosts(inputs as HostInput[], gateway, { issuers: [ISSUER] });
  } catch {
    return undefined;
  }
}

export function plan(hosts: readonly Host[], own = gateway, issuers: readonly Issuer[] = []) {
  return planEnvironment({ name: "test", mesh, monitoring, gateways: [own], lockdown: [], hosts, issuers });
}

/** What the declaration itself says, told in the plainest way. */
export function matches(
  rule: Rule,
  caller: { namespace: string; account: string },
  method: string,
  path: string,
  token?: Readonly<Record<string, unknown>>,
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
    (rule.users === undefined || rule.users.claims.every(({ name, values }) => says(token, name, values))) &&
    (rule.users === undefined || token !== undefined) &&
    (rule.methods.length === 0 || rule.methods.includes(method)) &&
    (rule.paths.length === 0 || rule.paths.some((one) => fits(one, path)))
  );
}

function says(
  token: Readonly<Record<string, unknown>> = {},
  name: string,
  values: readonly string[],
): boolean {
  return [token[name]].flat().some((value) => values.some((one) => one === value));
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
