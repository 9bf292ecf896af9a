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
  return envoyFilter(metadata, {
    workloadSelector: { labels: gatewaySelector(gateway.name) },
    configPatches,
  });
}

/** An EnvoyFilter for all pods of a namespace. */
export function namespaceFilter(metadata: Manifest["metadata"], configPatches: readonly Json[]): Manifest {
  return envoyFilter(metadata, { configPatches });
}

function envoyFilter(metadata: Manifest["metadata"], spec: Json): Manifest {
  return { apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter", metadata, spec };
}

/** Which filters are changed. */
interface Listeners {
  /** The gateway's own by default. */
  readonly context?: "GATEWAY" | "SIDECAR_OUTBOUND";
  /** A listener's port; every listener where left out. */
  readonly portNumber?: number;
  /** The name of their filter chain; every chain where left out. */
  readonly chain?: string;
}

/** Sets fields of every filter of a kind; lists grow by what is given. */
export function mergeInto(
  { name, type }: { readonly name: string; readonly type: string },
  fields: Readonly<Record<string, Json>>,
  { context = "GATEWAY", chain, ...port }: Listeners = {},
): Json {
  return {
    applyTo: "NETWORK_FILTER",
    match: {
      context,
      listener: {
        ...port,
        filterChain: { ...(chain === undefined ? {} : { name: chain }), filter: { name } },
      },
    },
    patch: { operation: "MERGE", value: { typed_config: { "@type": type, ...fields } } },
  };
}
