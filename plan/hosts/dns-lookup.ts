import { gatewayFilter } from "../envoy-filter.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";

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

/**
 * Gives these to all of the gateway's clusters, for those of single hosts: there istiod goes by the pod's own addresses,
 * and without its dual stack asks for those of IPv4 alone, while with it both are called in turn. What is no cluster by
 * DNS has no use for them.
 *
 * It is there whether such a host is or not: it changes each of the gateway's clusters, and a dynamic cluster that
 * changes has no host for an instant.
 */
export function planLookup({ gateway }: HostsContext): PlannedObject[] {
  const manifest = gatewayFilter(gateway, inGatewayNamespace(gateway, `${gateway.name}-lookup`), [
    { applyTo: "CLUSTER", match: { context: "GATEWAY" }, patch: { operation: "MERGE", value: LOOKUP } },
  ]);
  return [{ wave: "registry", manifest }];
}
