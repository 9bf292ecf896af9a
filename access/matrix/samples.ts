import { withoutPort } from "../evaluate/http-routes.ts";
import { anyOf, isExact, narrower } from "../evaluate/match.ts";
import { remember } from "../evaluate/remember.ts";
import type { Read } from "../manifests/read.ts";
import type { AuthorizationPolicy, Operation, PolicyRule, Source } from "../manifests/specs.ts";
import { jointText } from "./joint.ts";

/** What a gateway takes on one of its listeners. */
export interface Target {
  /** By authority, or the name that a connection asks for. */
  readonly host: string;
  /** Of connections alone: whether it is a name in TLS. */
  readonly isSni: boolean;
  /** The listener in the gateway's pod. */
  readonly listener: number;
}

/** A request that a rule takes, and the patterns that it stands for. */
export interface Sample extends Target {
  /** As the rule writes it; `…/ns/news/*` means every account of news. */
  readonly principal: string;
  readonly path: string;
  readonly method: string;
  /** What the rule leaves out of these. */
  readonly except: Except;
  /** By name, in lower case; one of the values is asked for. */
  readonly headers: Conditions;
  readonly claims: Conditions;
  /** What the rule asks for that is in none of these, in words. */
  readonly untold: readonly string[];
}

/** Patterns of Istio's policies that a rule leaves out of those that it names. */
export interface Except {
  readonly principals: readonly string[];
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  /** End users, as `issuer/subject`. */
  readonly users: readonly string[];
  /** By name, in lower case, values of which a request has none. */
  readonly headers: Conditions;
  /** By name, values of which a token has none. */
  readonly claims: Conditions;
}

/** By name, patterns of which one is asked for. */
export type Conditions = Readonly<Record<string, readonly string[]>>;

const ANY: readonly string[] = ["*"];
const ANY_SOURCE: readonly { readonly source?: Source | undefined }[] = [{}];
const ANY_OPERATION: readonly { readonly operation?: Operation | undefined }[] = [{}];

/**
 * What a policy's rules take, a sample for each of their patterns.
 *
 * @param targets what its gateway takes, for rules that name no host, or no port
 */
export function samplesOf(policy: Read<AuthorizationPolicy>, targets: readonly Target[]): Sample[] {
  const { key, namespace, spec } = policy;
  return (spec.rules ?? []).flatMap((rule) => {
    const untold = untoldIn(rule).map((what) => `${key} asks for ${what}, which is not told here`);
    return samplesOfRule(rule, namespace, targets, untold);
  });
}

/** @param home the policy's namespace */
export function samplesOfRule(
  rule: PolicyRule,
  home: string,
  targets: readonly Target[],
  untold: readonly string[] = [],
): Sample[] {
  const { from = [], to = [], when = [] } = rule;
  const headers = conditionsIn(when, headerIn, "values");
  return (from.length > 0 ? from : ANY_SOURCE).flatMap(({ source = {} }) => {
    const principals = principalsOf(source, when, home);
    const users = claimsOf(source, when);
    return (to.length > 0 ? to : ANY_OPERATION).flatMap(({ operation = {} }) => {
      const excepts = remember((isSni: boolean) => exceptOf(source, operation, when, home, isSni));
      return targetsOf(operation, when, targets).flatMap((target) => {
        const common = { ...target, except: excepts(target.isSni), headers, untold };
        return orAny(operation.paths).flatMap((path) =>
          orAny(operation.methods).flatMap((method) =>
            principals.flatMap((principal) =>
              users.map((claims) => ({ ...common, principal, path, method, claims })),
            ),
          ),
        );
      });
    });
  });
}

/** An empty list asks for nothing. */
function orAny(list: readonly string[] = []): readonly string[] {
  return list.length === 0 ? ANY : list;
}

type When = NonNullable<PolicyRule["when"]>;

function valuesOf(when: When, wanted: string): readonly string[] | undefined {
  return when.find(({ key, values = [] }) => key === wanted && values.length > 0)?.values;
}

/** What a rule leaves out: of connections by the name that they ask for, of requests by their authority. */
function exceptOf(source: Source, operation: Operation, when: When, home: string, isSni: boolean): Except {
  const not = (wanted: string) =>
    when.flatMap(({ key, notValues = [] }) => (key === wanted ? notValues : []));
  const account = (name: string) => ofAccount(name, home);
  return {
    principals: [
      ...(source.notPrincipals ?? []),
      ...(source.notNamespaces ?? []).map(ofNamespace),
      ...(source.notServiceAccounts ?? []).map(account),
      ...not("source.principal"),
      ...not("source.namespace").map(ofNamespace),
      ...not("source.serviceAccount").map(account),
    ],
    hosts: isSni ? not("connection.sni") : (operation.notHosts ?? []),
    paths: operation.notPaths ?? [],
    methods: operation.notMethods ?? [],
    users: [...(source.notRequestPrincipals ?? []), ...not("request.auth.principal")],
    headers: conditionsIn(when, headerIn, "notValues"),
    claims: conditionsIn(when, claimIn, "notValues"),
  };
}

/** What a rule asks for that no sample tells. */
export function untoldIn({ from = [], when = [] }: PolicyRule): string[] {
  const asked = when.filter(({ values = [] }) => values.length > 0).map(({ key }) => key);
  const named = from.some(({ source }) => (source?.requestPrincipals ?? []).length > 0);
  return [
    ...when.map(({ key }) => key).filter((key) => key.startsWith("request.auth.claims[") && !claimIn(key)),
    ...[...new Set(asked)]
      .filter((key) => asked.filter((one) => one === key).length > 1)
      .map((key) => `${key} twice`),
    ...(named && asked.includes("request.auth.principal") ? ["an end user twice"] : []),
    ...from.flatMap(({ source = {} }) => (isOverlapping(source, when) ? ["callers by two patterns"] : [])),
  ];
}

/** Whom a rule is for: of each two of its lists the narrower. */
function principalsOf(source: Source, when: When, home: string): readonly string[] {
  return callersIn(source, when, home).reduce<readonly string[]>(
    (known, list) =>
      known === ANY
        ? list
        : known.flatMap((one) => list.flatMap((other) => narrower(one, other, anyOf, textOf) ?? [])),
    ANY,
  );
}

/** Whether two patterns, one of each of two lists, have callers in common that neither of them alone stands for. */
function isOverlapping(source: Source, when: When): boolean {
  const lists = callersIn(source, when, "");
  return lists.some((list, index) =>
    lists
      .slice(index + 1)
      .some((others) =>
        list.some((one) =>
          others.some(
            (other) =>
              narrower(one, other, anyOf, textOf) === undefined && jointText(one, other) !== undefined,
          ),
        ),
      ),
  );
}

/** All that says whom a rule is for, a list each: a caller is in every one. */
function callersIn(source: Source, when: When, home: string): (readonly string[])[] {
  const account = (name: string) => ofAccount(name, home);
  return [
    source.principals,
    source.namespaces?.map(ofNamespace),
    source.serviceAccounts?.map(account),
    valuesOf(when, "source.principal"),
    valuesOf(when, "source.namespace")?.map(ofNamespace),
    valuesOf(when, "source.serviceAccount")?.map(account),
  ].flatMap((list = []) => (list.length === 0 ? [] : [list]));
}

function ofNamespace(namespace: string): string {
  if (namespace === "*") return "*";
  return `cluster.local/ns/${namespace}${namespace.endsWith("*") ? "" : "/*"}`;
}

function ofAccount(account: string, home: string): string {
  const [namespace, name] = account.includes("/") ? account.split("/", 2) : [home, account];
  return `cluster.local/ns/${namespace}/sa/${name}`;
}

function targetsOf(operation: Operation, when: When, targets: readonly Target[]): Target[] {
  const ports = operation.ports ?? valuesOf(when, "destination.port");
  const closed = new Set([
    ...(operation.notPorts ?? []).map(Number),
    ...when.flatMap(({ key, notValues = [] }) => (key === "destination.port" ? notValues.map(Number) : [])),
  ]);
  const asked = ports?.map(Number) ?? targets.map(({ listener }) => listener);
  const listeners = new Set(asked.filter((listener) => !closed.has(listener)));
  const named = [
    ...(operation.hosts ?? []).map((host) => ({ host, isSni: false })),
    ...(valuesOf(when, "connection.sni") ?? []).map((host) => ({ host, isSni: true })),
  ];
  const isOpen = ({ listener }: Target) => listeners.has(listener);
  if (named.length === 0) return targets.filter(isOpen);
  return named.flatMap(({ host, isSni }) => [
    ...[...listeners].map((listener) => ({ host, isSni, listener })),
    ...(isExact(host) ? [] : under(host, isSni, targets.filter(isOpen))),
  ]);
}

/** What a gateway takes of a pattern's hosts, where it has nothing for the pattern itself. */
function under(pattern: string, isSni: boolean, targets: readonly Target[]): Target[] {
  const alike = targets.filter((target) => target.isSni === isSni);
  const takes = anyOf([pattern], { ignoreCase: true });
  return alike.some(({ host }) => host === pattern) ? [] : alike.filter(({ host }) => takes(textOf(host)));
}

/** The conditions that are about something with a name, by that name. */
function conditionsIn(
  when: When,
  nameIn: (key: string) => string | undefined,
  which: "values" | "notValues",
): Conditions {
  const found = when.flatMap((condition) => {
    const { key, [which]: values = [] } = condition;
    const name = nameIn(key);
    return name === undefined || values.length === 0 ? [] : [{ name, values }];
  });
  return Object.fromEntries(
    [...Map.groupBy(found, ({ name }) => name)].map(([name, some]) => [
      name,
      some.flatMap(({ values }) => values),
    ]),
  );
}

function headerIn(key: string): string | undefined {
  return /^request\.headers\[(.*)\]$/.exec(key)?.[1]?.toLowerCase();
}

/** A claim that stands in no other. */
function claimIn(key: string): string | undefined {
  if (key === "request.auth.audiences") return "aud";
  if (key === "request.auth.presenter") return "azp";
  return /^request\.auth\.claims\[([^[\]]*)\]$/.exec(key)?.[1];
}

/** What a token has to say, for each issuer that is named; one without conditions where none is asked for. */
function claimsOf({ requestPrincipals }: Source, when: When): Conditions[] {
  const claims = conditionsIn(when, claimIn, "values");
  const users = requestPrincipals ?? valuesOf(when, "request.auth.principal") ?? [];
  if (users.length === 0) return [claims];
  const byIssuer = Map.groupBy(users.map(userOf), ({ issuer }) => issuer);
  return [...byIssuer].map(([issuer, some]) => ({
    iss: [issuer],
    sub: some.map(({ subject }) => subject),
    ...claims,
  }));
}

/** `issuer/subject`, where a part alone, with a `*`, leaves the other open. */
export function userOf(principal: string): { readonly issuer: string; readonly subject: string } {
  const slash = principal.lastIndexOf("/");
  if (slash >= 0) return { issuer: principal.slice(0, slash), subject: principal.slice(slash + 1) };
  return principal.endsWith("*") ? { issuer: principal, subject: "*" } : { issuer: "*", subject: principal };
}

/** A pattern of a host without its port, which may be any. The beginning of an IPv6 address has none. */
export function nameOf(host: string): string {
  if (host.startsWith("[") && !host.includes("]")) return host;
  return withoutPort(host.replace(/:\*$/, ""));
}

/** Whether a group more makes the beginning of an IPv6 address, in its bracket, a whole one. */
function isAlmostWhole(start: string): boolean {
  return start.endsWith("::") || start.split(":").length === 8;
}

/** What stands for any text: no rule is likely to name it, or what it begins or ends with. */
const ANY_TEXT = "~any~";

/** A text that a pattern takes; an address where it begins like one. */
export function textOf(pattern: string): string {
  if (!pattern.includes("*")) return pattern;
  return pattern
    .replaceAll(/\{\*\*?\}/g, ANY_TEXT)
    .replace(/^([0-9.]+\.)\*$/, "$11")
    .replace(/^(\[[0-9a-f:]+:)\*$/, (_, start: string) => `${start}${isAlmostWhole(start) ? "" : ":"}1]`)
    .replace(/^\*$|^\*|\*$/, ANY_TEXT);
}
