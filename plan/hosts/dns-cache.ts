import { digest } from "../../model/values/digest.ts";
import type { Json } from "../manifest.ts";
import { LOOKUP } from "./dns-lookup.ts";

/** Envoy keeps 1,024 names by default, and refuses a connection to one more. */
const MAX_NAMES = 65_536;

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
