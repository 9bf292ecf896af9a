import type { Gateway, Host, Mesh } from "../../model/environment.ts";
import { isWildcard } from "../../model/host-settings.ts";
import { gatewayFilter, HTTP_CONNECTION_MANAGER, mergeInto, TCP_PROXY } from "../envoy-filter.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import { type Exemption, monitored } from "./exemptions.ts";
import { PRINCIPAL } from "./identity.ts";
import { ENDED, filtered, type LogFilter, where } from "./log-filter.ts";
import {
  AUDITED_CONNECTION,
  AUDITED_REQUEST,
  auditedBy,
  CONNECTION_POLICY,
  DECIDED_BY,
  HTTP_POLICY,
  REFUSED_CONNECTION,
  REFUSED_ROUTE,
} from "./refusals.ts";

/** The beginning of our counters' names; the gateway's proxy keeps what begins so. */
export const COUNTER_PREFIX = "sallyport_egress";

/** Upper bounds of the buckets of durations, in milliseconds. Each is a series for each host, caller, code and rule. */
export const DURATION_BUCKETS = [10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000];

const CALLER: Json = { name: "principal", value_format: PRINCIPAL };
const CODE: Json = { name: "code", value_format: "%RESPONSE_CODE%" };
/** What was wrong with a connection, in Envoy's short words, such as UF where the host could not be reached. */
const FLAGS: Json = { name: "flags", value_format: "%RESPONSE_FLAGS%" };
/** A name that policy refused is the client's free choice: it never becomes a label. */
const REFUSED_HOST: Json = { name: "host", value_format: "other" };

/** What the counters of a gateway take. */
export interface CountersPlan {
  readonly gateway: Gateway;
  readonly mesh: Mesh;
  readonly hosts: readonly Host[];
  /** Who is counted nowhere. */
  readonly exemptions: readonly Exemption[];
}

/**
 * Counters by host and caller, from Envoy's own stats access logger (envoy.access_loggers.stats): requests with their
 * code, rule and duration for HTTP, connections and bytes for TLS. Their labels are bounded by what is declared.
 */
export function hostCounters({ gateway, mesh, hosts, exemptions }: CountersPlan): Manifest {
  const requests = [ENDED, ...monitored("http", exemptions, mesh.trustDomain)];
  const connections = [ENDED, ...monitored("tcp", exemptions, mesh.trustDomain)];
  const host = requestHost(gateway, hosts);
  const sni = connectionHost(hosts);
  const tags = [host, CALLER, CODE, label("rule", DECIDED_BY)];
  const audited = (name: Json, filter: string) =>
    counter("audited", [name, CALLER, label("rule", auditedBy(filter))]);
  return gatewayFilter(gateway, inGatewayNamespace(gateway, `${gateway.name}-counters`), [
    mergeInto(HTTP_CONNECTION_MANAGER, {
      access_log: [
        logger([counter("requests", tags)], requests, [duration("request_duration", tags)]),
        logger([audited(host, HTTP_POLICY)], [...requests, where(AUDITED_REQUEST)]),
      ],
    }),
    mergeInto(TCP_PROXY, {
      access_log: [
        logger(connectionCounters(sni), [...connections, where(`!${REFUSED_CONNECTION}`)]),
        logger(
          [counter("refused_connections", [REFUSED_HOST, CALLER])],
          [...connections, where(REFUSED_CONNECTION)],
        ),
        logger([audited(sni, CONNECTION_POLICY)], [...connections, where(AUDITED_CONNECTION)]),
      ],
    }),
  ]);
}

/**
 * The authority of a request that has a route, so that it is declared; a wildcard's and TCP's by its route's name.
 * Routes are found without regard to case and port, and a client could make many of one: all but the plain one, and
 * with one of the gateway's own ports, are `other`.
 */
function requestHost({ ports }: Gateway, hosts: readonly Host[]): Json {
  const own = ports.map(({ port }) => port).join("|");
  return label(
    "host",
    "!has(xds.route_name) || xds.route_name == '' ? 'other' : " +
      `${byRoute(hosts)}request.method == 'CONNECT' ? xds.route_name : ` +
      `request.host.matches('^[a-z0-9.-]+(:(${own}))?$') ? request.host : 'other'`,
  );
}

/** Under a wildcard a client chooses the name, and what is not found there too has its route's name. */
function byRoute(hosts: readonly Host[]): string {
  const prefixes = hosts.some(({ refuse }) => refuse === "not-found") ? ["*", REFUSED_ROUTE] : ["*"];
  return prefixes.map((prefix) => `xds.route_name.startsWith('${prefix}') || `).join("");
}

/**
 * The name that the hop asked for, once policy has let it through: no upstream is chosen before. One label for all
 * names of a range.
 */
function connectionHost(hosts: readonly Host[]): Json {
  const name = "connection.requested_server_name";
  const ranges = hosts.flatMap((host) =>
    host.mode === "passthrough" && isWildcard(host)
      ? [[`${name}.endsWith('${host.host.slice(1)}')`, host.host] as const]
      : [],
  );
  const known = ranges.reduceRight((rest, [test, host]) => `${test} ? '${host}' : ${rest}`, name);
  return label("host", `!has(xds.cluster_name) || xds.cluster_name == '' ? 'other' : ${known}`);
}

/** @param expression in CEL, over what Envoy knows of the request or connection */
function label(name: string, expression: string): Json {
  return { name, value_format: `%CEL(${expression})%` };
}

function connectionCounters(host: Json): Json[] {
  const tags = [host, CALLER];
  return [
    counter("connections", [...tags, FLAGS]),
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

/** A histogram of milliseconds. */
function duration(name: string, tags: readonly Json[]): Json {
  return { stat: { name, tags }, unit: "Milliseconds", value_format: "%DURATION%" };
}

/** Counts entries that all filters take. */
function logger(
  counters: readonly Json[],
  filters: readonly LogFilter[],
  histograms: readonly Json[] = [],
): Json {
  return {
    name: "envoy.access_loggers.stats",
    ...filtered(filters),
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config",
      stat_prefix: COUNTER_PREFIX,
      counters,
      ...(histograms.length === 0 ? {} : { histograms }),
    },
  };
}
