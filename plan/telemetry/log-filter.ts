import type { Json } from "../manifest.ts";

/** Which entries a logger takes; all where it has no filter. */
export type LogFilter = Json;

/** Entries for which an expression in CEL holds, over what Envoy knows of the request or connection. */
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

/** The last entry of each request or connection, which knows how it ended. */
export const ENDED: LogFilter = { log_type_filter: { types: ["DownstreamEnd", "TcpConnectionEnd"] } };

/** A logger's `filter`: entries that all filters take. */
export function filtered(filters: readonly LogFilter[]): { readonly filter?: Json } {
  const [first, ...rest] = filters;
  if (first === undefined) return {};
  return { filter: rest.length === 0 ? first : { and_filter: { filters } } };
}
