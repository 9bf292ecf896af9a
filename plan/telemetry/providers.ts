import type { Gateway, Monitoring } from "../../model/environment.ts";
import { STDOUT } from "../../model/schema/monitoring.ts";
import type { Json } from "../manifest.ts";
import { jsonFormat, type Line } from "./log-lines.ts";

type Provider = Monitoring["providers"][number];
type Collector = Extract<Provider, { type: "otlp" }>;

/** Where the gateway's pods have the files of `file` providers, each a file of its own. */
export const LOG_FOLDER = "/var/log/sallyport";

/** How Envoy writes to a provider, without a filter. */
export function loggerFor(
  name: string,
  gateway: Gateway,
  { providers }: Monitoring,
  line: Line,
): LoggerParts {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider?.type === "otlp") return otlpLogger(provider, gateway, line);
  return fileLogger(name === STDOUT ? "/dev/stdout" : `${LOG_FOLDER}/${name}.log`, line);
}

/** An access logger of Envoy's, but for its filter. */
interface LoggerParts {
  readonly name: string;
  readonly typed_config: Json;
}

/** JSON, a line an entry. */
export function fileLogger(path: string, line: Line): LoggerParts {
  return {
    name: "envoy.access_loggers.file",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
      path,
      log_format: jsonFormat(line),
    },
  };
}

function otlpLogger(collector: Collector, gateway: Gateway, line: Line): LoggerParts {
  return {
    name: "envoy.access_loggers.open_telemetry",
    typed_config: {
      "@type":
        "type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig",
      grpc_service: { envoy_grpc: { cluster_name: clusterName(collector) } },
      log_name: gateway.name,
      disable_builtin_labels: true,
      resource_attributes: {
        values: strings({ "service.name": gateway.name, "service.namespace": gateway.namespace }),
      },
      attributes: { values: strings(line) },
    },
  };
}

function strings(fields: Line): Json {
  return Object.entries(fields).map(([key, value]) => ({ key, value: { string_value: value } }));
}

/** The declared providers that a log names, each once. */
function inUse({ providers, access, errors }: Monitoring): Provider[] {
  return providers.filter(({ name }) => access.includes(name) || errors.includes(name));
}

/** The collectors that a log names, each once. */
export function collectorsOf(monitoring: Monitoring): Collector[] {
  return inUse(monitoring).filter((provider) => provider.type === "otlp");
}

/** Whether a log goes to a file of the gateway's pods. */
export function writesFiles(monitoring: Monitoring): boolean {
  return inUse(monitoring).some(({ type }) => type === "file");
}

/**
 * The way to a collector. Istio's own cluster for that Service is not relied on: a gateway has it only where nothing
 * hides the Service, and Envoy refuses every listener that logs to a cluster that is not there.
 */
export function collectorCluster(collector: Collector): Json {
  const name = clusterName(collector);
  const { service, namespace, port } = collector;
  const address = {
    socket_address: { address: `${service}.${namespace}.svc.cluster.local`, port_value: port },
  };
  return {
    applyTo: "CLUSTER",
    match: { context: "GATEWAY" },
    patch: {
      operation: "ADD",
      value: {
        name,
        type: "STRICT_DNS",
        connect_timeout: "2s",
        typed_extension_protocol_options: {
          "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            explicit_http_config: { http2_protocol_options: {} },
          },
        },
        load_assignment: {
          cluster_name: name,
          endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
        },
      },
    },
  };
}

function clusterName({ name }: Collector): string {
  return `sallyport-log-${name}`;
}
