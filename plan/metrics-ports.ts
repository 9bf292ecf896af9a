/** Of pilot-agent, with all metrics of a pod: its own and Envoy's. */
export const POD_METRICS_PORT = 15020;

/** Where a gateway's metrics are read: of its pod, and of Envoy alone. */
export const METRICS_PORTS: readonly number[] = [POD_METRICS_PORT, 15090];
