import type { Condition, Operation, PolicyRule, Source } from "../manifests/specs.ts";
import { requestHeader, requestPrincipals, tokenClaim } from "./conditions.ts";
import { anyOf, anyPathOf, escapeRegex, isExact } from "./match.ts";
import type { Request } from "./request.ts";

/** Whether something holds of a request. */
type Test = (request: Request) => boolean;

/** A rule as Envoy gets it. */
export interface CompiledRule {
  readonly test: Test;
  /** The authorities, in lower case, without which it never holds; undefined: any. */
  readonly authorities: readonly string[] | undefined;
  /** The names of connections without which it never holds; undefined: any. */
  readonly names: readonly string[] | undefined;
  /** What it asks for that a request here does not tell; the test leaves these out. */
  readonly unsure: readonly string[];
  /** What it asks for that a request has not, by the fields' names; none where it holds. */
  readonly misses: (request: Request) => readonly string[];
}

/** For what a rule is compiled. */
export interface RuleContext {
  /** The policy's namespace. */
  readonly namespace: string;
  readonly trustDomain: string;
  readonly protocol: Request["protocol"];
  /** Where Envoy can't ask something, an ALLOW rule is left out whole, and of others the field alone. */
  readonly isAllow: boolean;
}

type Texts = readonly string[];

/** Something that a rule may ask for, with its values and those that it must not have. */
interface Field {
  readonly values: Texts | undefined;
  readonly notValues: Texts | undefined;
  /** Undefined: a request here does not tell. */
  readonly test: ((values: Texts) => Test) | undefined;
  readonly name: string;
  /** A connection has none of it. */
  readonly httpOnly?: boolean;
}

/** Compiles a rule as istiod does; undefined where istiod leaves it out. */
export function compileRule(rule: PolicyRule, context: RuleContext): CompiledRule | undefined {
  const { from = [], to = [], when = [] } = rule;
  const conditions = when.map((condition) => conditionField(condition, context));
  const sources = from.map(({ source = {} }) => sourceFields(source, context));
  const operations = to.map(({ operation = {} }) => operationFields(operation));
  const fields = [conditions, ...sources, ...operations]
    .flat()
    .filter((field) => field === undefined || isAsked(field));
  if (!fields.every((field) => field !== undefined)) return undefined;
  const http = context.protocol === "http";
  if (!http && context.isAllow && fields.some(({ httpOnly }) => httpOnly)) return undefined;
  const asked = (some: readonly (Field | undefined)[]) =>
    all(some.flatMap((field) => (field === undefined || (field.httpOnly && !http) ? [] : testsOf(field))));
  const parts = [[conditions], sources, operations].filter((alternatives) => alternatives.flat().length > 0);
  return {
    test: all(parts.map((alternatives) => any(alternatives.map(asked)))),
    authorities: http ? authoritiesIn(to.map(({ operation = {} }) => operation)) : undefined,
    names: namesIn(when),
    unsure: fields.flatMap(({ test, name }) => (test === undefined ? [name] : [])),
    misses: (request) =>
      parts
        .filter((alternatives) => !alternatives.some((some) => asked(some)(request)))
        .flatMap(([first = []]) => first)
        .flatMap((field) => (field === undefined || asked([field])(request) ? [] : [field.name])),
  };
}

function authoritiesIn(operations: readonly Operation[]): string[] | undefined {
  const hosts = operations.map(({ hosts = [] }) => hosts);
  if (hosts.length === 0 || hosts.some((own) => own.length === 0 || !own.every(isExact))) return undefined;
  return hosts.flat().map((host) => host.toLowerCase());
}

function namesIn(when: readonly Condition[]): string[] | undefined {
  const values = when.find(({ key }) => key === "connection.sni")?.values ?? [];
  return values.length > 0 && values.every(isExact) ? [...values] : undefined;
}

function sourceFields(source: Source, { trustDomain, namespace }: RuleContext): Field[] {
  return [
    {
      name: "principals",
      values: source.principals,
      notValues: source.notPrincipals,
      test: (values) => principals(values, trustDomain),
    },
    {
      name: "namespaces",
      values: source.namespaces,
      notValues: source.notNamespaces,
      test: namespaces,
    },
    {
      name: "serviceAccounts",
      values: source.serviceAccounts,
      notValues: source.notServiceAccounts,
      test: (values) => serviceAccounts(values, namespace),
    },
    {
      name: "requestPrincipals",
      values: source.requestPrincipals,
      notValues: source.notRequestPrincipals,
      test: requestPrincipals,
      httpOnly: true,
    },
    { name: "ipBlocks", values: source.ipBlocks, notValues: source.notIpBlocks, test: undefined },
    {
      name: "remoteIpBlocks",
      values: source.remoteIpBlocks,
      notValues: source.notRemoteIpBlocks,
      test: undefined,
    },
  ];
}

function operationFields(operation: Operation): Field[] {
  const { hosts, notHosts, methods, notMethods, paths, notPaths } = operation;
  return [
    { name: "hosts", values: hosts, notValues: notHosts, test: authorities, httpOnly: true },
    { name: "methods", values: methods, notValues: notMethods, test: methodsOf, httpOnly: true },
    { name: "paths", values: paths, notValues: notPaths, test: pathsOf, httpOnly: true },
    { name: "ports", values: operation.ports, notValues: operation.notPorts, test: ports },
  ];
}

/** What the keys of conditions with a fixed name ask. */
const CONDITIONS: Readonly<Record<string, ((values: Texts, context: RuleContext) => Test) | "untold">> = {
  "connection.sni": (values) => sni(values),
  "destination.port": (values) => ports(values),
  "source.namespace": (values) => namespaces(values),
  "source.principal": (values, { trustDomain }) => principals(values, trustDomain),
  "source.serviceAccount": (values, { namespace }) => serviceAccounts(values, namespace),
  "source.ip": "untold",
  "remote.ip": "untold",
  "destination.ip": "untold",
  "source.trustDomain": "untold",
};

/** Undefined: istiod does not know the key, and leaves the rule out. */
function conditionField({ key, values, notValues }: Condition, context: RuleContext): Field | undefined {
  const field = { name: key, values, notValues };
  const known = CONDITIONS[key];
  if (known !== undefined)
    return { ...field, test: known === "untold" ? undefined : (values) => known(values, context) };
  const [, header] = /^request\.headers\[(.*)\]$/.exec(key) ?? [];
  if (header !== undefined)
    return { ...field, test: (values) => requestHeader(header.toLowerCase(), values), httpOnly: true };
  if (key === "request.auth.principal") return { ...field, test: requestPrincipals, httpOnly: true };
  const claims = claimsIn(key);
  if (claims !== undefined) return { ...field, test: (values) => tokenClaim(claims, values), httpOnly: true };
  return key.startsWith("experimental.envoy.filters.") ? { ...field, test: undefined } : undefined;
}

/** The way to a claim. */
function claimsIn(key: string): string[] | undefined {
  if (key === "request.auth.audiences") return ["aud"];
  if (key === "request.auth.presenter") return ["azp"];
  const [, names] = /^request\.auth\.claims((?:\[[^[\]]*\])+)$/.exec(key) ?? [];
  return names?.slice(1, -1).split("][");
}

function isAsked({ values = [], notValues = [] }: Field): boolean {
  return values.length + notValues.length > 0;
}

function testsOf({ values = [], notValues = [], test }: Field): Test[] {
  if (test === undefined) return [];
  const refused = notValues.length === 0 ? undefined : test(notValues);
  return [
    ...(values.length === 0 ? [] : [test(values)]),
    ...(refused === undefined ? [] : [(request: Request) => !refused(request)]),
  ];
}

/** All of some; called for each rule of many, so that one alone is called itself. */
function all(tests: readonly Test[]): Test {
  const [first = () => true, ...others] = tests;
  return others.length === 0 ? first : (request) => tests.every((test) => test(request));
}

/** One of several. */
function any(tests: readonly Test[]): Test {
  const [first = () => true, ...others] = tests;
  return others.length === 0 ? first : (request) => tests.some((test) => test(request));
}

/** `cluster.local` means the mesh's own trust domain in a full identity. */
function principals(values: Texts, trustDomain: string): Test {
  const matches = anyOf(
    values.map((value) =>
      value.split("/").length === 5 ? value.replace(/^cluster\.local\//, `${trustDomain}/`) : value,
    ),
  );
  return ({ principal }) => matches(principal);
}

function namespaces(values: Texts): Test {
  const names = values.map((value) => value.split("*").map(escapeRegex).join(".*"));
  const pattern = new RegExp(`/ns/(?:${names.join("|")})/`);
  return ({ principal }) => pattern.test(principal);
}

function serviceAccounts(values: Texts, home: string): Test {
  const names = values.map((value) => {
    const [namespace = "", account = ""] = value.includes("/") ? value.split("/", 2) : [home, value];
    return `/ns/${escapeRegex(namespace)}/(?:.+/|)sa/${escapeRegex(account)}(?:/.+)?`;
  });
  const pattern = new RegExp(`^.+(?:${names.join("|")})$`);
  return ({ principal }) => pattern.test(principal);
}

function authorities(values: Texts): Test {
  const matches = anyOf(values, { ignoreCase: true });
  return ({ authority }) => matches(authority);
}

function methodsOf(values: Texts): Test {
  const matches = anyOf(values);
  return ({ method }) => matches(method);
}

function pathsOf(values: Texts): Test {
  const matches = anyPathOf(values);
  return ({ path }) => matches(path);
}

function ports(values: Texts): Test {
  const listeners = new Set(values.map(Number));
  return ({ listener }) => listeners.has(listener);
}

function sni(values: Texts): Test {
  const matches = anyOf(values);
  return (request) => matches(request.sni);
}
