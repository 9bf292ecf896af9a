import { gatewayFilter } from "../envoy-filter.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";
import { LOOKUP } from "./dns-cache.ts";

/**
 * How the gateway's clusters of single hosts ask DNS. istiod goes by the pod's own addresses: without its dual stack it
 * asks for those of IPv4 alone, and with it both are called in turn. What is no cluster by DNS has no use for the
 * fields.
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
