import type { Json } from "../manifest.ts";

/** Which entries a logger takes; all where it has no filter. */
export type LogFilter = Json;

/**
 * Entries for which an expression in CEL holds, over what Envoy knows of the request or connection. It takes
 * microseconds where Envoy's own filters below take none, and a regular expression in it, which Envoy compiles for each
 * entry anew, tens of them: what every request passes is asked of those first.
 */
export function where(expression: string): LogFilter {
  return {
    extension_filter: {
      name: "envoy.access_loggers.extension_filters.cel",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        expression,
      },
    },
  };
}

/** A question and its opposite, as filters have no «not». */
export interface Question {
  readonly yes: LogFilter;
  readonly no: LogFilter;
}

/** Whether a request's header, empty where it is missing, matches in RE2's syntax. */
export function header(name: string, regex: string): Question {
  const filter = (invert_match: boolean): LogFilter => ({
    header_filter: {
      header: {
        name,
        string_match: { safe_regex: { regex } },
        treat_missing_header_as_empty: true,
        invert_match,
      },
    },
  });
  return { yes: filter(false), no: filter(true) };
}

/**
 * Entries for which one of Envoy's filters left that in its metadata. Envoy does not look at the matcher's `invert` here.
 *
 * @param otherwise whether entries are taken for which it left nothing under that key
 */
export function leftBy(filter: string, key: string, exact: string, { otherwise = false } = {}): LogFilter {
  const matcher = { filter, path: [{ key }], value: { string_match: { exact } } };
  return { metadata_filter: { matcher, match_if_key_not_found: otherwise } };
}

/** Entries of requests that lack a header. */
export function without(name: string): LogFilter {
  return { header_filter: { header: { name, present_match: false } } };
}

/** Entries with one of Envoy's response flags, such as `DPE`. */
export function flagged(...flags: readonly string[]): LogFilter {
  return { response_flag_filter: { flags } };
}

/** Entries that any of the filters takes. */
export function anyOf(...filters: readonly LogFilter[]): LogFilter {
  return { or_filter: { filters } };
}

/** Entries that all filters take. */
export function allOf(...filters: readonly LogFilter[]): LogFilter {
  return { and_filter: { filters } };
}

/** The last entry of each request or connection, which knows how it ended. */
export const ENDED: LogFilter = { log_type_filter: { types: ["DownstreamEnd", "TcpConnectionEnd"] } };

/** A logger's `filter`: entries that all filters take. */
export function filtered(filters: readonly LogFilter[]): { readonly filter?: Json } {
  const [first, ...rest] = filters;
  if (first === undefined) return {};
  return { filter: rest.length === 0 ? first : allOf(...filters) };
}
