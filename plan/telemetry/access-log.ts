import type { Gateway, Host, Mesh, Monitoring } from "../../model/environment.ts";
import { gatewayFilter, HTTP_CONNECTION_MANAGER, mergeInto, TCP_PROXY } from "../envoy-filter.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import { askedBy } from "./asked.ts";
import { type Exemption, monitored } from "./exemptions.ts";
import { keepCaller } from "./identity.ts";
import { ENDED, filtered, type LogFilter } from "./log-filter.ts";
import { gatewayConnection, gatewayRequest, type Level, type Line, REQUEST_ID } from "./log-lines.ts";
import { collectorCluster, collectorsOf, loggerFor } from "./providers.ts";
import { forbiddenConnection, forbiddenRequest } from "./refusals.ts";

/** What a gateway's log and counters take. */
export interface LogPlan {
  readonly gateway: Gateway;
  readonly mesh: Mesh;
  readonly monitoring: Monitoring;
  readonly hosts: readonly Host[];
  /** Who is in no log, and counted nowhere. */
  readonly exemptions: readonly Exemption[];
}

/** Istio's own text log, which would have query strings and the exempt, is off at the gateway's pods. */
export function noTextLog(gateway: Gateway): Manifest {
  return {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: inGatewayNamespace(gateway, `${gateway.name}-access-log`),
    spec: {
      selector: { matchLabels: gatewaySelector(gateway.name) },
      accessLogging: [{ disabled: true }],
    },
  };
}

/**
 * A line of JSON for each request and connection at the gateway, and one more at level error for what was forbidden.
 * Written by Envoy's own loggers: Istio's Telemetry knows no moment at which a connection opens, and takes a format or
 * a collector from MeshConfig alone.
 */
export function accessLog(plan: LogPlan): Manifest {
  const { gateway, mesh, monitoring, hosts, exemptions } = plan;
  const asked = askedBy(hosts);
  const loggers = (
    lineOf: (level: Level) => Line,
    forbidden: LogFilter,
    seen: readonly LogFilter[],
  ): Json[] => [
    ...monitoring.access.map((provider) => logger(plan, provider, lineOf("info"), seen)),
    ...monitoring.errors.map((provider) =>
      logger(plan, provider, lineOf("error"), [ENDED, forbidden, ...seen]),
    ),
  ];
  const requests = loggers(
    (level) => gatewayRequest(gateway, monitoring, asked, level),
    forbiddenRequest(asked),
    monitored("http", exemptions, mesh.trustDomain),
  );
  const connections = loggers(
    (level) => gatewayConnection(gateway, asked, level),
    forbiddenConnection(asked),
    monitored("tcp", exemptions, mesh.trustDomain),
  );
  return gatewayFilter(gateway, inGatewayNamespace(gateway, `${gateway.name}-log`), [
    ...collectorsOf(monitoring).map(collectorCluster),
    keepCaller,
    keepRequestId,
    mergeInto(HTTP_CONNECTION_MANAGER, {
      access_log: requests,
      // The sidecar's, by which its line and the gateway's are one call.
      preserve_external_request_id: true,
      access_log_options: { flush_log_on_tunnel_successfully_established: true },
    }),
    // When it connects and not when it starts: by then the caller and what policy said are known.
    mergeInto(TCP_PROXY, {
      access_log: connections,
      access_log_options: { flush_access_log_on_connected: true },
    }),
  ]);
}

function logger(plan: LogPlan, provider: string, line: Line, filters: readonly LogFilter[]): Json {
  return { ...loggerFor(provider, plan.gateway, plan.monitoring, line), ...filtered(filters) };
}

const keepRequestId: Json = {
  applyTo: "HTTP_FILTER",
  match: {
    context: "GATEWAY",
    listener: { filterChain: { filter: { name: HTTP_CONNECTION_MANAGER.name } } },
  },
  patch: {
    operation: "INSERT_FIRST",
    value: {
      name: "envoy.filters.http.set_filter_state",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config",
        on_request_headers: [
          {
            object_key: REQUEST_ID,
            factory_key: "envoy.string",
            format_string: { text_format_source: { inline_string: "%REQ(X-REQUEST-ID)%" } },
          },
        ],
      },
    },
  },
};
