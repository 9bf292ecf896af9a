import { digest } from "../../model/values/digest.ts";
import type { Json } from "../manifest.ts";

/** Envoy keeps 1,024 names by default, and refuses a connection to one more. */
const MAX_NAMES = 65_536;

/**
 * What DNS is asked for, and how soon again. Of a host's addresses its IPv4 address is called where it has one, else its
 * IPv6 address. By default Envoy waits 5 s for an answer, as long as it gives the whole lookup, and keeps a failure for
 * about a minute: so one lost packet would refuse a host for that long. What has resolved once stays in use while DNS
 * fails.
 */
export const LOOKUP = {
  dns_lookup_family: "V4_PREFERRED",
  dns_failure_refresh_rate: { base_interval: "1s", max_interval: "10s" },
  typed_dns_resolver_config: {
    name: "envoy.network.dns_resolver.cares",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
      query_timeout_seconds: 1,
      // As istiod sets it: a new port for each hundred questions.
      udp_max_queries: 100,
    },
  },
} as const;

const SETTINGS = { ...LOOKUP, max_hosts: MAX_NAMES } as const;
const SETTINGS_NAME = digest(JSON.stringify(SETTINGS));

/**
 * How a dynamic cluster resolves names. Envoy refuses a cache of a name that it has with other settings, so that a
 * gateway in service would not take changed ones: the name tells them.
 */
export function dnsCache(host: string): Json {
  return { name: `${host}_${SETTINGS_NAME}`, ...SETTINGS };
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
