import type { Read } from "../manifests/read.ts";
import type { Destination, HttpMatch, HttpRoute, StringMatch, VirtualService } from "../manifests/specs.ts";
import { type Matcher, nearest } from "./match.ts";
import { type Request, valuesOf } from "./request.ts";

/** One match of one HTTP route. */
export interface Route {
  /** Its VirtualService. */
  readonly object: string;
  readonly name: string | undefined;
  readonly destinations: readonly Destination[];
  /** The status that it answers with by itself. */
  readonly status: number | undefined;
  /** What it has that is not judged here. */
  readonly unsure: readonly string[];
  /** Takes every request. */
  readonly isCatchAll: boolean;
  readonly test: (request: Pick<Request, "authority" | "method" | "path" | "headers">) => boolean;
}

/** The routes of a VirtualService on a port, in order. What comes behind one that takes every request is never asked. */
export function routesOf({ key, spec }: Read<VirtualService>, port: number): Route[] {
  const routes = (spec.http ?? []).flatMap((route) =>
    (route.match ?? [{}])
      .filter((match) => match.port === undefined || match.port === port)
      .map((match) => compileRoute(key, route, match)),
  );
  const last = routes.findIndex(({ isCatchAll }) => isCatchAll);
  return last < 0 ? routes : routes.slice(0, last + 1);
}

/** The ports that routes name. */
export function portsOf(routes: readonly HttpRoute[]): Set<number> {
  return new Set(routes.flatMap(({ match = [] }) => match.flatMap(({ port }) => port ?? [])));
}

/** The route of the first that takes a request; those that take every one come last, whosever they are. */
export function routeOf(
  routes: readonly Route[],
  request: Pick<Request, "authority" | "method" | "path" | "headers">,
): Route | undefined {
  return (
    routes.find(({ isCatchAll, test }) => !isCatchAll && test(request)) ??
    routes.find(({ isCatchAll }) => isCatchAll)
  );
}

/** What an authority falls under, among the virtual hosts' domains, whatever its port and case. */
export function domainOf<T>(domains: ReadonlyMap<string, T>, authority: string): T | undefined {
  return nearest(domains, withoutPort(authority).toLowerCase());
}

/** An authority without its port; an IPv6 address keeps its brackets. */
export function withoutPort(authority: string): string {
  return authority.replace(/:\d+$/, "");
}

/** All that this file reads of a match and of a route; the rest is not judged. */
const MATCHED = ["name", "port", "uri", "authority", "method", "headers", "withoutHeaders", "gateways"];
const UNJUDGED = ["redirect", "delegate"] as const;

function compileRoute(object: string, route: HttpRoute, match: HttpMatch): Route {
  const { uri, authority, method, headers = {}, withoutHeaders = {} } = match;
  const tests = [
    ...(uri === undefined ? [] : [on(({ path }) => path, uri)]),
    ...(authority === undefined ? [] : [on((request) => request.authority, authority)]),
    ...(method === undefined ? [] : [on((request) => request.method, method)]),
    ...Object.entries(headers).map(([name, wanted]) => onHeader(name, wanted)),
    ...Object.entries(withoutHeaders).map(([name, unwanted]) => {
      const has = onHeader(name, unwanted);
      return (request: Seen) => !has(request);
    }),
  ];
  const compared = [uri, authority, method, ...Object.values(headers), ...Object.values(withoutHeaders)];
  const unread = compared.flatMap(({ regex } = {}) => (regex === undefined || regexOf(regex) ? [] : regex));
  const everyPath = uri === undefined || uri.prefix === "/" || uri.regex === ".*";
  return {
    object,
    name: route.name,
    destinations: route.route ?? [],
    status: route.directResponse?.status,
    unsure: [
      ...Object.keys(match).filter((field) => !MATCHED.includes(field)),
      ...UNJUDGED.filter((field) => route[field] !== undefined),
      ...unread.map((regex) => `the regular expression ${regex}`),
    ].map((field) => `${object} has ${field}`),
    isCatchAll: everyPath && tests.length === (uri === undefined ? 0 : 1),
    test: (request) => tests.every((test) => test(request)),
  };
}

type Seen = Parameters<Route["test"]>[0];

/** Of a header that is sent several times one value that matches is enough. */
function onHeader(name: string, wanted: StringMatch): Route["test"] {
  const matches = stringMatch(wanted);
  const key = name.toLowerCase();
  return ({ headers }) => valuesOf(headers, key).some(matches);
}

function on(read: (request: Seen) => string, wanted: StringMatch): Route["test"] {
  const matches = stringMatch(wanted);
  return (request) => matches(read(request));
}

function stringMatch({ exact, prefix, regex }: StringMatch): Matcher {
  if (exact !== undefined) return (text) => text === exact;
  if (prefix !== undefined) return (text) => text.startsWith(prefix);
  if (regex === undefined) return () => true;
  const pattern = regexOf(regex);
  return (text) => pattern?.test(text) ?? true;
}

/** Envoy's regular expressions are RE2's, of which a few are not JavaScript's; undefined for one of these. */
function regexOf(regex: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${regex})$`);
  } catch {
    return undefined;
  }
}
