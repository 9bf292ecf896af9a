import { anyOf, isExact, narrower } from "../evaluate/match.ts";
import type { Read } from "../manifests/read.ts";
import type { AuthorizationPolicy, Operation, PolicyRule, Source } from "../manifests/specs.ts";

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
}

/** Patterns of Istio's policies that a rule leaves out of those that it names. */
export interface Except {
  readonly principals: readonly string[];
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly methods: readonly string[];
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
  return (policy.spec.rules ?? []).flatMap((rule) => samplesOfRule(rule, policy.namespace, targets));
}

/** @param home the policy's namespace */
export function samplesOfRule(rule: PolicyRule, home: string, targets: readonly Target[]): Sample[] {
  const { from = [], to = [], when = [] } = rule;
  const headers = headersIn(when);
  return (from.length > 0 ? from : ANY_SOURCE).flatMap(({ source = {} }) => {
    const principals = principalsOf(source, when, home);
    const users = claimsOf(source, when);
    return (to.length > 0 ? to : ANY_OPERATION).flatMap(({ operation = {} }) => {
      const except = {
        principals: [
          ...(source.notPrincipals ?? []),
          ...(source.notNamespaces ?? []).map(ofNamespace),
          ...(source.notServiceAccounts ?? []).map((account) => ofAccount(account, home)),
        ],
        hosts: operation.notHosts ?? [],
        paths: operation.notPaths ?? [],
        methods: operation.notMethods ?? [],
      };
      return targetsOf(operation, when, targets).flatMap((target) =>
        (operation.paths ?? ANY).flatMap((path) =>
          (operation.methods ?? ANY).flatMap((method) =>
            principals.flatMap((principal) =>
              users.map((claims) => ({ ...target, principal, path, method, except, headers, claims })),
            ),
          ),
        ),
      );
    });
  });
}

type When = NonNullable<PolicyRule["when"]>;

function valuesOf(when: When, wanted: string): readonly string[] | undefined {
  return when.find(({ key }) => key === wanted)?.values;
}

/** Whom a rule is for: of each two of its lists the narrower. */
function principalsOf(source: Source, when: When, home: string): readonly string[] {
  const account = (name: string) => ofAccount(name, home);
  const lists = [
    source.principals,
    source.namespaces?.map(ofNamespace),
    source.serviceAccounts?.map(account),
    valuesOf(when, "source.principal"),
    valuesOf(when, "source.namespace")?.map(ofNamespace),
    valuesOf(when, "source.serviceAccount")?.map(account),
  ].filter((list) => list !== undefined && list.length > 0);
  return lists.reduce<readonly string[]>(
    (known, list = []) =>
      known === ANY
        ? list
        : known.flatMap((one) => list.flatMap((other) => narrower(one, other, anyOf, textOf) ?? [])),
    ANY,
  );
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
  const listeners = new Set(ports?.map(Number) ?? targets.map(({ listener }) => listener));
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

function headersIn(when: When): Conditions {
  return Object.fromEntries(
    when.flatMap(({ key, values = ANY }) => {
      const [, name] = /^request\.headers\[(.*)\]$/.exec(key) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), values] as const];
    }),
  );
}

/** What a token has to say, for each issuer that is named; one without conditions where none is asked for. */
function claimsOf({ requestPrincipals }: Source, when: When): Conditions[] {
  const claims = Object.fromEntries(
    when.flatMap(({ key, values = [] }) => {
      const [, name] = /^request\.auth\.claims\[([^\]]*)\]$/.exec(key) ?? [];
      return name === undefined || values.length === 0 ? [] : [[name, values] as const];
    }),
  );
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
function userOf(principal: string): { readonly issuer: string; readonly subject: string } {
  const slash = principal.lastIndexOf("/");
  if (slash >= 0) return { issuer: principal.slice(0, slash), subject: principal.slice(slash + 1) };
  return principal.endsWith("*") ? { issuer: principal, subject: "*" } : { issuer: "*", subject: principal };
}

/** Whether a group more makes the beginning of an IPv6 address, in its bracket, a whole one. */
function isAlmostWhole(start: string): boolean {
  return start.endsWith("::") || start.split(":").length === 8;
}

/** A text that a pattern takes; an address where it begins like one. */
export function textOf(pattern: string): string {
  if (!pattern.includes("*")) return pattern;
  return pattern
    .replaceAll(/\{\*\*?\}/g, "any")
    .replace(/^([0-9.]+\.)\*$/, "$11")
    .replace(/^(\[[0-9a-f:]+:)\*$/, (_, start: string) => `${start}${isAlmostWhole(start) ? "" : ":"}1]`)
    .replace(/^\*$|^\*|\*$/, "any");
}
