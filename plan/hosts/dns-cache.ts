import type { Json } from "../manifest.ts";

/** Envoy keeps 1,024 names by default, and refuses a connection to one more. */
const MAX_NAMES = 65_536;

/** Which of a host's addresses is called: its IPv4 address where it has one, else its IPv6 address. */
export const LOOKUP_FAMILY = "V4_PREFERRED";

/** How a dynamic cluster resolves names, by the name that istiod gives the cluster's cache. */
export function dnsCache(host: string): Json {
  return { name: `${host}_dfp_dns_cache`, dns_lookup_family: LOOKUP_FAMILY, max_hosts: MAX_NAMES };
}

/**
 * Gives istiod's dynamic cluster for a wildcard our cache.
 *
 * @param more further fields of the cluster's type
 */
export function dnsCachePatch(host: string, more: Readonly<Record<string, Json>> = {}): Json {
  return {
    applyTo: "CLUSTER",
    match: { context: "GATEWAY", cluster: { service: host } },
    patch: {
      operation: "MERGE",
      value: {
        cluster_type: {
          name: "envoy.clusters.dynamic_forward_proxy",
          typed_config: {
            "@type": "type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
            dns_cache_config: dnsCache(host),
            ...more,
          },
        },
      },
    },
  };
}
