import type { Gateway, Host } from "../../model/environment.ts";
import { isWildcard } from "../../model/hosts/settings.ts";
import { gatewayFilter, HTTP_CONNECTION_MANAGER, mergeInto, TCP_PROXY } from "../envoy-filter.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import type { LogPlan } from "./access-log.ts";
import { type Asked, askedBy } from "./asked.ts";
import { monitored } from "./exemptions.ts";
import { PRINCIPAL } from "./identity.ts";
import { ENDED, filtered, header, type LogFilter, type Question, where } from "./log-filter.ts";
import {
  ALLOWED,
  AUDITED_CONNECTION,
  AUDITED_REQUEST,
  CONNECTION_POLICY,
  DECIDED,
  DECIDED_BY,
  HTTP_POLICY,
  REFUSED_CONNECTION,
  REFUSED_ROUTE,
  WOULD_REFUSE,
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

/**
 * Counters by host and caller, from Envoy's own stats access logger (envoy.access_loggers.stats): requests with their
 * code, rule and duration for HTTP, connections and bytes for TLS. Their labels are bounded by what is declared.
 */
export function hostCounters({ gateway, mesh, hosts, exemptions }: LogPlan): Manifest {
  const requests = [ENDED, ...monitored("http", exemptions, mesh.trustDomain)];
  const connections = [ENDED, ...monitored("tcp", exemptions, mesh.trustDomain)];
  const asked = askedBy(hosts);
  const plain = plainName(gateway);
  const plainHost = requestHost(asked, "request.host");
  const otherHost = requestHost(asked, "'other'");
  const decided = label("rule", DECIDED_BY);
  const sni = connectionHost(hosts);
  return gatewayFilter(gateway, inGatewayNamespace(gateway, `${gateway.name}-counters`), [
    mergeInto(HTTP_CONNECTION_MANAGER, {
      access_log: [
        // Most requests, and thus without CEL where that is possible.
        requestLogger(asked.otherNames ? plainHost : AUTHORITY, asked.notFound ? decided : PASSED_BY, [
          ...requests,
          ALLOWED.yes,
          plain.yes,
        ]),
        requestLogger(plainHost, decided, [...requests, ALLOWED.no, plain.yes]),
        requestLogger(otherHost, decided, [...requests, plain.no]),
        ...(asked.audits
          ? [
              logger([wouldRefuse(plainHost, HTTP_POLICY)], [...requests, AUDITED_REQUEST, plain.yes]),
              logger([wouldRefuse(otherHost, HTTP_POLICY)], [...requests, AUDITED_REQUEST, plain.no]),
            ]
          : []),
      ],
    }),
    mergeInto(TCP_PROXY, {
      access_log: [
        logger(connectionCounters(sni), [...connections, where(`!${REFUSED_CONNECTION}`)]),
        logger(
          [counter("refused_connections", [REFUSED_HOST, CALLER])],
          [...connections, where(REFUSED_CONNECTION)],
        ),
        ...(asked.audits
          ? [logger([wouldRefuse(sni, CONNECTION_POLICY)], [...connections, AUDITED_CONNECTION])]
          : []),
      ],
    }),
  ]);
}

/** The host that a request names, without CEL. */
const AUTHORITY: Json = { name: "host", value_format: "%REQ(:AUTHORITY)%" };

/** The policy that let a request pass, and the one under audit that would not have. */
const PASSED_BY: Json = { name: "rule", value_format: `%DYNAMIC_METADATA(${HTTP_POLICY}:${DECIDED})%` };
const auditedBy = (filter: string): Json => ({
  name: "rule",
  value_format: `%DYNAMIC_METADATA(${filter}:${WOULD_REFUSE})%`,
});

/**
 * Whether a request names its host plainly. Routes are found without regard to case and port, and a client could make
 * many names of one: all but the plain one, and with one of the gateway's own ports, are `other`.
 */
function plainName({ ports }: Gateway): Question {
  return header(":authority", `[a-z0-9.-]+(:(${ports.map(({ port }) => port).join("|")}))?`);
}

/**
 * The host of a request that has a route, so that it is declared; a wildcard's and TCP's by its route's name.
 *
 * @param named in CEL: what the request says
 */
function requestHost(asked: Asked, named: string): Json {
  return label(
    "host",
    "!has(xds.route_name) || xds.route_name == '' ? 'other' : " +
      `${byRoute(asked)}request.method == 'CONNECT' ? xds.route_name : ${named}`,
  );
}

/** Under a wildcard a client chooses the name, and what is not found there too has its route's name. */
function byRoute({ notFound }: Asked): string {
  const prefixes = notFound ? ["*", REFUSED_ROUTE] : ["*"];
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

function wouldRefuse(host: Json, filter: string): Json {
  return counter("audited", [host, CALLER, auditedBy(filter)]);
}

function requestLogger(host: Json, rule: Json, filters: readonly LogFilter[]): Json {
  const tags = [host, CALLER, CODE, rule];
  return logger([counter("requests", tags)], filters, [duration("request_duration", tags)]);
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
