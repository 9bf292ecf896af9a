import type { Gateway, Host } from "../../model/environment.ts";
import { isWildcard } from "../../model/host-settings.ts";
import { gatewayFilter, HTTP_CONNECTION_MANAGER, TCP_PROXY } from "../gateway-filter.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";

/** The beginning of our counters' names; the gateway's proxy keeps what begins so. */
export const COUNTER_PREFIX = "sallyport_egress";

/** The caller by the certificate of the hop, which the caller can't choose. */
const PRINCIPAL: Json = { name: "principal", value_format: "%DOWNSTREAM_PEER_URI_SAN%" };
/**
 * The authority of a request that has a route, so that it is declared; a wildcard's and TCP's by its route's name.
 * Routes are found without regard to case and port, and a client could make many of one: all but the plain one, and
 * with one of the gateway's own ports, are `other`.
 */
function requestHost({ ports }: Gateway, hosts: readonly Host[]): Json {
  const own = ports.map(({ port }) => port).join("|");
  return label(
    "!has(xds.route_name) || xds.route_name == '' ? 'other' : " +
      `${byRoute(hosts)}request.method == 'CONNECT' ? xds.route_name : ` +
      `request.host.matches('^[a-z0-9.-]+(:(${own}))?$') ? request.host : 'other'`,
  );
}
/** Under a wildcard a client chooses the name, and what is not found there too has its route's name. */
function byRoute(hosts: readonly Host[]): string {
  const prefixes = hosts.some(({ refuse }) => refuse === "not-found") ? ["*", "refused:"] : ["*"];
  return prefixes.map((prefix) => `xds.route_name.startsWith('${prefix}') || `).join("");
}
/** A name that policy refused is the client's free choice: it never becomes a label. */
const REFUSED_HOST: Json = { name: "host", value_format: "other" };
const CODE: Json = { name: "code", value_format: "%RESPONSE_CODE%" };

/**
 * Counters by host and caller, from Envoy's own stats access logger (envoy.access_loggers.stats): requests with their
 * code for HTTP, connections and bytes for TLS. Their labels are bounded by what is declared.
 */
export function hostCounters(gateway: Gateway, hosts: readonly Host[]): Manifest {
  return gatewayFilter(gateway, inGatewayNamespace(gateway, `${gateway.name}-counters`), [
    mergeInto(HTTP_CONNECTION_MANAGER, [
      logger([counter("requests", [requestHost(gateway, hosts), PRINCIPAL, CODE])]),
    ]),
    mergeInto(TCP_PROXY, [
      logger(connectionCounters(connectionHost(hosts)), FORWARDED),
      logger([counter("refused_connections", [REFUSED_HOST, PRINCIPAL])], REFUSED),
    ]),
  ]);
}

/** The name that the hop asked for; only counted once policy let it through. One label for all names of a range. */
function connectionHost(hosts: readonly Host[]): Json {
  const name = "connection.requested_server_name";
  const ranges = hosts.flatMap((host) =>
    host.mode === "passthrough" && isWildcard(host)
      ? [[`${name}.endsWith('${host.host.slice(1)}')`, host.host] as const]
      : [],
  );
  return label(ranges.reduceRight((rest, [test, host]) => `${test} ? '${host}' : ${rest}`, name));
}

/** @param expression in CEL, over what Envoy knows of the request or connection */
function label(expression: string): Json {
  return { name: "host", value_format: `%CEL(${expression})%` };
}

/** Envoy's RBAC filter leaves this beginning in the details of a connection that it ended; others have none. */
const ENDED_BY_POLICY = 'connection.termination_details.startsWith("rbac_access_denied")';
const REFUSED = `has(connection.termination_details) && ${ENDED_BY_POLICY}`;
const FORWARDED = `!(${REFUSED})`;

function connectionCounters(host: Json): Json[] {
  const tags = [host, PRINCIPAL];
  return [
    counter("connections", tags),
    counter("sent_bytes", tags, "%BYTES_RECEIVED%"),
    counter("received_bytes", tags, "%BYTES_SENT%"),
  ];
}

/** Counts one for each log entry, or the number that a format gives. */
function counter(name: string, tags: readonly Json[], valueFormat?: string): Json {
  return {
    stat: { name, tags },
    ...(valueFormat === undefined ? { value_fixed: 1 } : { value_format: valueFormat }),
  };
}

/** @param when a CEL expression over the connection; every entry counts without one */
function logger(counters: readonly Json[], when?: string): Json {
  return {
    name: "envoy.access_loggers.stats",
    ...(when === undefined ? {} : { filter: celFilter(when) }),
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config",
      stat_prefix: COUNTER_PREFIX,
      counters,
    },
  };
}

function celFilter(expression: string): Json {
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

function mergeInto(
  { name, type }: { readonly name: string; readonly type: string },
  accessLog: readonly Json[],
): Json {
  return {
    applyTo: "NETWORK_FILTER",
    match: { context: "GATEWAY", listener: { filterChain: { filter: { name } } } },
    patch: { operation: "MERGE", value: { typed_config: { "@type": type, access_log: accessLog } } },
  };
}
