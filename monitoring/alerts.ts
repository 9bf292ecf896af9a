import type { Gateway } from "../model/environment.ts";
import { quantityValue } from "../model/values/quantity.ts";
import { JOB, METRICS, REFUSED, UPSTREAM_FAILED } from "./metrics.ts";

/** In seconds. */
const DAY = 86_400;

/** A rule of Prometheus that tells somebody. */
interface Alert {
  readonly alert: string;
  /** In PromQL. */
  readonly expr: string;
  /** How long it must hold. */
  readonly for: string;
  readonly labels: { readonly severity: "warning" | "critical" };
  readonly annotations: { readonly summary: string; readonly description: string };
}

function alert(
  name: string,
  severity: Alert["labels"]["severity"],
  wait: string,
  expr: string,
  summary: string,
  description: string,
): Alert {
  return {
    alert: `Sallyport${name}`,
    expr,
    for: wait,
    labels: { severity },
    annotations: { summary, description },
  };
}

/** What goes wrong with an environment's gateways and is worth somebody's while. */
export function alertsOf(gateways: readonly Gateway[]): Alert[] {
  const on = `gateway=~"${gateways.map(({ name }) => name).join("|")}"`;
  return [
    ...callAlerts(on),
    ...certificateAlerts(on),
    saturationAlert(gateways),
    ...syncAlerts(on),
    ...nodeAlerts(gateways, on),
  ];
}

function callAlerts(on: string): Alert[] {
  const refused = (window: string, offset = "") =>
    `sum by (gateway, principal) (rate(${METRICS.requests}{${on},${REFUSED}}[${window}]${offset}) or rate(${METRICS.refusedConnections}{${on}}[${window}]${offset}))`;
  const all = (requests: string, connections: string) =>
    `sum by (gateway, host) (rate(${METRICS.requests}{${[on, ...(requests === "" ? [] : [requests])].join(",")}}[5m]) or rate(${METRICS.connections}{${[on, ...(connections === "" ? [] : [connections])].join(",")}}[5m]))`;
  return [
    alert(
      "Refusals",
      "warning",
      "1m",
      // Who was refused never before has nothing to compare with: that is a spike too.
      `${refused("5m")} > 0.1 unless ${refused("5m")} < 5 * ${refused("1h", " offset 10m")}`,
      "{{ $labels.principal }} is refused much more often than before at the gateway {{ $labels.gateway }}",
      "More than 0.1 calls a second, and five times the hour before. The log's lines of level error name host and rule.",
    ),
    alert(
      "UpstreamFailing",
      "warning",
      "2m",
      `${all('code=~"5.."', UPSTREAM_FAILED)} / ${all("", "")} > 0.2`,
      "More than a fifth of the calls to {{ $labels.host }} fail through the gateway {{ $labels.gateway }}",
      "Requests with 5xx, TLS connections that did not reach the host. The log's fields details, flags and upstreamFailure say why.",
    ),
  ];
}

/** Envoy has a metric for each certificate, the Secret's name in the metric's own: of hosts with `tls: mutual`, or a `caSecret`. */
const FROM_SECRETS = "envoy_cluster_ssl_certificate_kubernetes___(.+)_expiration_unix_time_seconds";

function certificateAlerts(on: string): Alert[] {
  const secrets = `label_replace({__name__=~"${FROM_SECRETS}",${on}}, "certificate", "$1", "__name__", "${FROM_SECRETS}")`;
  return [
    alert(
      "CertificateNearExpiry",
      "critical",
      "5m",
      `istio_agent_cert_expiry_seconds{${on}} < 3600 or ${secrets} - time() < ${14 * DAY}`,
      "A certificate of the gateway pod {{ $labels.pod }} ends soon: {{ or $labels.certificate $labels.resource_name }}",
      "Its own, «default», with less than an hour left: istiod renews it after half its time. Or one of that Secret with less than 14 days.",
    ),
  ];
}

function saturationAlert(gateways: readonly Gateway[]): Alert {
  return alert(
    "GatewaySaturated",
    "critical",
    "5m",
    gateways.map(saturated).join(" or "),
    "The gateway {{ $labels.gateway }} is at its limit",
    "A pod has more than nine tenths of the memory that it may have, or all pods use more CPU than the most replicas reserve, and the autoscaler starts no more.",
  );
}

/** Each gateway has limits of its own. */
function saturated({ name, namespace, replicas, resources }: Gateway): string {
  const memory = quantityValue(resources.limits.memory);
  const cpu = quantityValue(resources.requests.cpu) * replicas.max;
  return `label_replace(max by (pod) (envoy_server_memory_physical_size{gateway="${name}"}) > ${0.9 * memory}, "gateway", "${name}", "", "") or label_replace(sum by (namespace) (rate(container_cpu_usage_seconds_total{namespace="${namespace}",container="istio-proxy"}[5m])) > ${cpu}, "gateway", "${name}", "", "")`;
}

function syncAlerts(on: string): Alert[] {
  return [
    alert(
      "ConfigurationNotInSync",
      "critical",
      "5m",
      `min by (gateway, pod) (envoy_control_plane_connected_state{${on}}) == 0 or sum by (gateway, pod) (increase(envoy_cluster_manager_cds_update_rejected{${on}}[10m]) + increase(envoy_listener_manager_lds_update_rejected{${on}}[10m])) > 0`,
      "The gateway pod {{ $labels.pod }} does not have the configuration that was written",
      "It is cut off from istiod, or its Envoy refuses what istiod sends; its log says why.",
    ),
  ];
}

function nodeAlerts(gateways: readonly Gateway[], on: string): Alert[] {
  const several = gateways.filter(({ replicas }) => replicas.min > 1).map(({ name }) => name);
  return [
    alert(
      "GatewayAbsent",
      "critical",
      "2m",
      // A pod that is gone takes its series along, so that no other alert has anything left to look at.
      gateways.map(({ name }) => `absent(up{job="${JOB}",gateway="${name}"})`).join(" or "),
      "Prometheus finds no pod of the gateway {{ $labels.gateway }}",
      "None runs, as where its Deployment has no replicas or its image can't be pulled; or Prometheus does not look for them.",
    ),
    alert(
      "GatewayNodeDown",
      "critical",
      "1m",
      `max by (gateway, node) (up{job="${JOB}",${on}}) == 0`,
      "No pod of the gateway {{ $labels.gateway }} answers on the node {{ $labels.node }}",
      "The node may be gone, or cut off from Prometheus.",
    ),
    ...(several.length === 0
      ? []
      : [
          alert(
            "GatewayOnOneNode",
            "warning",
            "15m",
            `count by (gateway) (count by (gateway, node) (up{job="${JOB}",gateway=~"${several.join("|")}"} == 1)) < 2`,
            "All pods of the gateway {{ $labels.gateway }} run on one node",
            "When that node goes, so does the gateway. Are there enough nodes of its pool?",
          ),
        ]),
  ];
}
