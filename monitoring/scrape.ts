import type { Gateway } from "../model/environment.ts";
import { GATEWAY_LABEL, managedLabels } from "../plan/labels.ts";
import type { Json, Manifest } from "../plan/manifest.ts";
import { POD_METRICS_PORT } from "../plan/metrics-ports.ts";
import { JOB } from "./metrics.ts";

const PATH = "/stats/prometheus";

/** What Prometheus calls a label of Kubernetes in its discovery. */
const META_GATEWAY = `__meta_kubernetes_pod_label_${GATEWAY_LABEL.replaceAll(/[^A-Za-z0-9]/g, "_")}`;

/** A plain Prometheus's entry of `scrape_configs`: the gateways' pods, with the labels that rules and dashboard read. */
export function scrapeConfig(gateways: readonly Gateway[]): Json {
  return {
    job_name: JOB,
    metrics_path: PATH,
    kubernetes_sd_configs: [
      { role: "pod", namespaces: { names: gateways.map(({ namespace }) => namespace) } },
    ],
    relabel_configs: [
      // A pod has an entry for each of its ports; the metrics are on one that it may not name.
      { source_labels: [META_GATEWAY], regex: gateways.map(({ name }) => name).join("|"), action: "keep" },
      { source_labels: ["__meta_kubernetes_pod_phase"], regex: "Running", action: "keep" },
      {
        source_labels: ["__meta_kubernetes_pod_ip"],
        regex: "(.+:.+)",
        target_label: "__address__",
        replacement: `[$1]:${POD_METRICS_PORT}`,
      },
      {
        source_labels: ["__meta_kubernetes_pod_ip"],
        regex: "([^:]+)",
        target_label: "__address__",
        replacement: `$1:${POD_METRICS_PORT}`,
      },
      ...Object.entries(TARGET_LABELS).map(([label, source]) => ({
        source_labels: [source],
        target_label: label,
      })),
    ],
  };
}

const TARGET_LABELS: Readonly<Record<string, string>> = {
  gateway: META_GATEWAY,
  namespace: "__meta_kubernetes_namespace",
  node: "__meta_kubernetes_pod_node_name",
  pod: "__meta_kubernetes_pod_name",
};

/** The same for the Prometheus Operator, one a gateway: a PodMonitor lives beside its pods. */
export function podMonitors(gateways: readonly Gateway[]): Manifest[] {
  return gateways.map((gateway) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: gateway.name, namespace: gateway.namespace, labels: managedLabels() },
    spec: {
      selector: { matchLabels: { [GATEWAY_LABEL]: gateway.name } },
      podMetricsEndpoints: [
        {
          path: PATH,
          portNumber: POD_METRICS_PORT,
          relabelings: [
            { targetLabel: "job", replacement: JOB },
            ...Object.entries(TARGET_LABELS).map(([label, source]) => ({
              sourceLabels: [source],
              targetLabel: label,
            })),
          ],
        },
      ],
    },
  }));
}
