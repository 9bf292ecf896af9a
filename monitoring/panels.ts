import type { Gateway } from "../model/environment.ts";
import { quantityValue } from "../model/values/quantity.ts";
import {
  ALLOWED,
  byCallerNamespace,
  byPolicyName,
  JOB,
  METRICS,
  REFUSED,
  UPSTREAM_FAILED,
} from "./metrics.ts";

/** One query of a panel. */
interface Query {
  /** In PromQL. `$gateway` is what the reader chose, `$__rate_interval` Grafana's own. */
  readonly expression: string;
  /** How a series is called, `{{host}}` for a label's value. */
  readonly legend: string;
}

/** One picture of the dashboard. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  /** A line over time, or a table of what is now. */
  readonly kind: "lines" | "table";
  /** In Grafana's words, such as reqps and ms. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const ON = 'gateway=~"$gateway"';
const rate = (metric: string, more = "") =>
  `rate(${metric}{${ON}${more === "" ? "" : `,${more}`}}[$__rate_interval])`;
const sumBy = (labels: string, query: string) => `sum by (${labels}) (${query})`;
/** Requests and connections that policy refused; of a refused connection no name is known. */
const refused = `(${rate(METRICS.requests, REFUSED)} or ${rate(METRICS.refusedConnections)})`;
const allowed = `(${rate(METRICS.requests, ALLOWED)} or ${rate(METRICS.connections)})`;

const lines = (title: string, unit: string, description: string, ...queries: Query[]): Panel => ({
  title,
  description,
  kind: "lines",
  unit,
  queries,
});
const one = (expression: string, legend: string): Query => ({ expression, legend });

/** The dashboard of an environment, row by row. */
export function dashboardRows(gateways: readonly Gateway[]): Row[] {
  return [CALLS, LATENCY, NEW, upkeep(gateways)];
}

const CALLS: Row = {
  title: "Calls",
  panels: [
    lines(
      "Allowed by host",
      "reqps",
      "Requests and TLS connections per second that a rule let through.",
      one(sumBy("host", allowed), "{{host}}"),
    ),
    lines(
      "Refused by host",
      "reqps",
      "Requests and TLS connections per second that policy refused. «other»: names that nobody declared, and TLS.",
      one(sumBy("host", refused), "{{host}}"),
    ),
    lines(
      "Allowed by namespace",
      "reqps",
      "By the namespace of the caller's identity.",
      one(sumBy("caller_namespace", byCallerNamespace(allowed)), "{{caller_namespace}}"),
    ),
    lines(
      "Refused by namespace",
      "reqps",
      "By the namespace of the caller's identity.",
      one(sumBy("caller_namespace", byCallerNamespace(refused)), "{{caller_namespace}}"),
    ),
    lines(
      "Requests by rule",
      "reqps",
      "The policy or route that decided; «none»: no rule allowed it.",
      one(sumBy("rule", byPolicyName(rate(METRICS.requests))), "{{rule}}"),
    ),
    lines(
      "Would be refused",
      "reqps",
      "What rules under audit let through and would refuse if they were enforced.",
      one(sumBy("rule, host", byPolicyName(rate(METRICS.audited))), "{{rule}} {{host}}"),
    ),
    lines(
      "Bytes over TLS connections",
      "Bps",
      "Counted when a connection ends.",
      one(sumBy("host", rate(METRICS.sentBytes)), "{{host}} sent"),
      one(sumBy("host", rate(METRICS.receivedBytes)), "{{host}} received"),
    ),
    lines(
      "Failing upstream",
      "reqps",
      "Requests that ended with 5xx, and TLS connections that did not reach the host or broke.",
      one(
        sumBy(
          "host",
          `(${rate(METRICS.requests, 'code=~"5.."')} or ${rate(METRICS.connections, UPSTREAM_FAILED)})`,
        ),
        "{{host}}",
      ),
    ),
  ],
};

const quantile = (share: number) =>
  one(
    `histogram_quantile(${share}, ${sumBy("le, host", rate(`${METRICS.duration}_bucket`, ALLOWED))})`,
    `{{host}} ${share * 100} %`,
  );

const LATENCY: Row = {
  title: "Latency",
  panels: [
    lines(
      "Latency by host",
      "ms",
      "From the request's beginning to the answer's end, at the gateway.",
      ...[0.5, 0.95, 0.99].map(quantile),
    ),
    lines(
      "Latency by caller",
      "ms",
      "The 95th percentile, by identity.",
      one(
        `histogram_quantile(0.95, ${sumBy("le, principal", rate(`${METRICS.duration}_bucket`, ALLOWED))})`,
        "{{principal}}",
      ),
    ),
  ],
};

/** Who called what in some time, before some time. */
const seen = (window: string, offset = "") =>
  `max by (principal, host) (${[METRICS.requests, METRICS.connections, METRICS.refusedConnections]
    .map((metric) => `last_over_time(${metric}{${ON}}[${window}]${offset})`)
    .join(" or ")})`;

const NEW: Row = {
  title: "Who is new",
  panels: [
    {
      title: "Callers and hosts of the last day that the week before did not have",
      description: "A new series of the counters: a caller that asked for a host for the first time.",
      kind: "table",
      unit: "none",
      queries: [one(`${seen("1d")} unless ${seen("7d", " offset 1d")}`, "{{principal}} {{host}}")],
    },
  ],
};

function upkeep(gateways: readonly Gateway[]): Row {
  const limits = gateways.map(({ name, resources }) =>
    one(
      `max by (pod) (envoy_server_memory_physical_size{${ON},gateway="${name}"}) / ${quantityValue(resources.limits.memory)}`,
      "{{pod}} memory",
    ),
  );
  const cpu = gateways.map(({ name, namespace, replicas, resources }) =>
    one(
      `sum(rate(container_cpu_usage_seconds_total{namespace="${namespace}",container="istio-proxy"}[$__rate_interval])) / ${quantityValue(resources.requests.cpu) * replicas.max}`,
      `${name} CPU`,
    ),
  );
  return {
    title: "Gateways and their nodes",
    panels: [
      lines(
        "Pods by node",
        "none",
        "Gateway pods that answer, by the node that they run on.",
        one(`sum by (gateway, node) (up{job="${JOB}",${ON}})`, "{{gateway}} {{node}}"),
      ),
      lines(
        "Saturation",
        "percentunit",
        "Memory of each pod's limit; CPU of all pods of what the most replicas reserve.",
        ...limits,
        ...cpu,
      ),
      lines(
        "Open connections",
        "none",
        "Connections that the gateways' Envoys hold.",
        one(sumBy("pod", `envoy_server_total_connections{${ON}}`), "{{pod}}"),
      ),
      lines(
        "Connected to istiod",
        "none",
        "1 where a pod gets its configuration.",
        one(`min by (pod) (envoy_control_plane_connected_state{${ON}})`, "{{pod}}"),
      ),
      lines(
        "Certificates' time left",
        "s",
        "The workload's own, which istiod renews, and those that hosts with tls: mutual are shown.",
        one(`min by (pod) (istio_agent_cert_expiry_seconds{${ON}})`, "{{pod}}"),
      ),
    ],
  };
}
