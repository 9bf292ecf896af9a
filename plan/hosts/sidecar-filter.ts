import { labelsOf } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import type { HostsContext } from "./context.ts";

/** What istiod binds a port's listener to, and names it by, where pods have IPv4 or IPv6 alone. */
const WILDCARD_ADDRESSES = ["0.0.0.0", "::"] as const;

/**
 * Changes how the sidecars of a namespace pass on the connections that they take on a port.
 *
 * @param patch what to do beside or with tcp_proxy
 */
export function sidecarFilter(
  { gateway }: HostsContext,
  port: number,
  namespace: string,
  patch: { readonly operation: "INSERT_BEFORE" | "MERGE"; readonly value: Json },
): Manifest {
  const configPatches = WILDCARD_ADDRESSES.map((address) => ({
    applyTo: "NETWORK_FILTER",
    match: {
      context: "SIDECAR_OUTBOUND",
      listener: {
        name: `${address}_${port}`,
        filterChain: { filter: { name: "envoy.filters.network.tcp_proxy" } },
      },
    },
    patch,
  }));
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: `${gateway.name}-carry-${port}`, namespace, labels: labelsOf(gateway.name) },
    spec: { configPatches },
  };
}
