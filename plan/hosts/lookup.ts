import type { Host } from "../../model/environment.ts";
import { PROTOCOLS } from "../../model/values/protocols.ts";
import { gatewayFilter } from "../envoy-filter.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";
import { DNS_RETRIES, LOOKUP_FAMILY } from "./dns-cache.ts";
import { hasOwnCluster } from "./http/own-cluster.ts";

/**
 * Which addresses the gateway's clusters of single hosts ask DNS for, and how soon again. istiod goes by the pod's own
 * addresses: without its dual stack it asks for those of IPv4 alone, and with it both are called in turn. What is no
 * cluster by DNS has no use for the fields.
 */
export function planLookup({ gateway }: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  if (!hosts.some(hasClusterByDns)) return [];
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-lookup`);
  const manifest = gatewayFilter(gateway, metadata, [
    {
      applyTo: "CLUSTER",
      match: { context: "GATEWAY" },
      patch: { operation: "MERGE", value: { dns_lookup_family: LOOKUP_FAMILY, ...DNS_RETRIES } },
    },
  ]);
  return [{ wave: "registry", manifest }];
}

function hasClusterByDns(host: Host): boolean {
  return host.server !== undefined || (PROTOCOLS[host.mode] === "http" && hasOwnCluster(host));
}
