import type { Gateway } from "../model/environment.ts";
import { gatewaySelector } from "./labels.ts";
import type { Json, Manifest } from "./manifest.ts";

/** Envoy's types of what our patches change. */
export const HTTP_CONNECTION_MANAGER = {
  name: "envoy.filters.network.http_connection_manager",
  type: "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
} as const;
export const TCP_PROXY = {
  name: "envoy.filters.network.tcp_proxy",
  type: "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
} as const;

/** An EnvoyFilter for a gateway's pods, and no others. */
export function gatewayFilter(
  gateway: Gateway,
  metadata: Manifest["metadata"],
  configPatches: readonly Json[],
): Manifest {
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata,
    spec: { workloadSelector: { labels: gatewaySelector(gateway.name) }, configPatches },
  };
}

/** Sets fields of every filter of a kind; lists grow by what is given. */
export function mergeInto(
  { name, type }: { readonly name: string; readonly type: string },
  fields: Readonly<Record<string, Json>>,
  context: "GATEWAY" | "SIDECAR_OUTBOUND" = "GATEWAY",
): Json {
  return {
    applyTo: "NETWORK_FILTER",
    match: { context, listener: { filterChain: { filter: { name } } } },
    patch: { operation: "MERGE", value: { typed_config: { "@type": type, ...fields } } },
  };
}
