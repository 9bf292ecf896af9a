import type { Host } from "../../../model/environment.ts";
import { refusalKey } from "../../../model/hosts/refusal-key.ts";
import type { Rule } from "../../../model/rules/rule.ts";
import { formOf, literalOf } from "../../../model/values/paths.ts";
import type { Json } from "../../manifest.ts";
import { REFUSED_ROUTE } from "../../telemetry/refusals.ts";

/** What the routes of a host let through whose other paths are «not found». */
export interface Refusal {
  /** As {@link refusalKey} makes it. */
  readonly key: string;
  readonly rules: readonly Rule[];
}

/** Undefined where a host refuses by policy. */
export function refusalOf(host: Host): Refusal | undefined {
  const key = refusalKey(host);
  return key === undefined ? undefined : { key, rules: host.allow };
}

/** The name of the route that answers «not found». */
export function refusedRoute({ key }: Refusal): string {
  return `${REFUSED_ROUTE}${key}`;
}

/** What a route matches of a request: one of these. */
export type RouteMatch = Readonly<Record<string, Json>>;

/**
 * A refusal's rules as matches of a route.
 *
 * @param only of these methods alone, where some are given; a rule without any of them has no match
 */
export function routeMatches({ rules }: Refusal, only?: readonly string[]): RouteMatch[] {
  return rules.flatMap(({ paths, methods, headers }) => {
    const some =
      only === undefined
        ? methods
        : methods.length === 0
          ? only
          : methods.filter((one) => only.includes(one));
    if (some.length === 0 && only !== undefined) return [];
    const common = {
      ...(some.length === 0 ? {} : { method: { regex: some.join("|") } }),
      ...(headers.length === 0
        ? {}
        : { headers: Object.fromEntries(headers.map(({ name, values }) => [name, anyOf(values)])) }),
    };
    return paths.length === 0 ? [common] : paths.map((path) => ({ ...common, uri: uriMatch(path) }));
  });
}

function uriMatch(path: string): Json {
  switch (formOf(path)) {
    case "exact":
      return { exact: path };
    case "prefix":
      return { prefix: literalOf(path) };
    case "suffix":
      return { regex: `.*${quoted(literalOf(path))}` };
    case "template":
      return {
        regex: path
          .split(/(\{\*\*?\})/)
          .map(templatePart)
          .join(""),
      };
  }
}

/** Envoy's own expressions for a template's operators: `{*}` is one segment, `{**}` any number of them. */
const SEGMENT = "a-zA-Z0-9-._~%!$&'()+,;:@=";

function templatePart(part: string): string {
  if (part === "{*}") return `[${SEGMENT}]+`;
  return part === "{**}" ? `[${SEGMENT}/]*` : quoted(part);
}

function anyOf(values: readonly string[]): Json {
  return { regex: values.map((value) => value.split("*").map(quoted).join(".*")).join("|") };
}

function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
