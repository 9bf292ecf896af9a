import type { Json, Manifest } from "../manifest.ts";
import { gatewayHost, type HostsContext, shardMetadata } from "./context.ts";
import type { Shard } from "./shards.ts";

/**
 * What turns the granted namespaces' sidecars towards the gateway for a shard's hosts.
 *
 * @param hosts the hosts that the routes are for, and what makes sidecars take them on the port
 * @param routes `http`, `tls` or `tcp` with its routes
 */
export function meshVirtualService(
  context: HostsContext,
  shard: Shard,
  hosts: readonly string[],
  routes: Readonly<Record<string, Json>>,
): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: shardMetadata(context, shard, "-mesh"),
    spec: { hosts, exportTo: shard.namespaces, gateways: ["mesh"], ...routes },
  };
}

/** The gateway as a route's destination: for requests one of the hop's subsets, for connections the gateway itself. */
export function toGateway(context: HostsContext, port: number, subset?: string): Json {
  const host = gatewayHost(context);
  return [{ destination: { host, ...(subset === undefined ? {} : { subset }), port: { number: port } } }];
}
