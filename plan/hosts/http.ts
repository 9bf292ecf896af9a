import type { Host } from "../../model/environment.ts";
import type { Json, Manifest, PlannedObject } from "../manifest.ts";
import { accessPolicy } from "./authorization-policy.ts";
import { gatewayReference, type HostsContext, shardMetadata } from "./context.ts";
import { HTTP_SUBSET } from "./hop.ts";
import { meshVirtualService, toGateway } from "./mesh-route.ts";
import { serviceEntry } from "./service-entry.ts";
import type { Shard } from "./shards.ts";

/** Mode `none`: the application speaks HTTP, the hop is mutual TLS, the gateway speaks HTTP to the host. */
export function planHttp(context: HostsContext, shard: Shard): PlannedObject[] {
  return [
    { wave: "registry", manifest: registry(context, shard) },
    { wave: "routes", manifest: gatewayRoutes(context, shard) },
    { wave: "routes", manifest: accessPolicy(context, shard, byAuthority) },
    { wave: "mesh", manifest: meshRoute(context, shard) },
  ];
}

/** A host is called with and without its port in the authority. */
function authorities(host: string, port: number): string[] {
  return [host, `${host}:${port}`];
}

function byAuthority(hosts: readonly Host[], port: number): { operation: Json; when: Json[] } {
  return { operation: { hosts: hosts.flatMap(({ host }) => authorities(host, port)) }, when: [] };
}

/** Known to the gateway alone: a sidecar that knew the host could go there by itself. */
function registry(context: HostsContext, shard: Shard): Manifest {
  return serviceEntry(shardMetadata(context, shard), {
    hosts: shard.hosts.map(({ host }) => host),
    exportTo: ["."],
    resolution: "DNS",
    port: shard.port,
    protocol: "http",
  });
}

/** Each route has its host's name, by which the gateway's log and counters tell it. */
function gatewayRoutes(context: HostsContext, shard: Shard): Manifest {
  const { port } = shard;
  const routes = shard.hosts.map(({ host }) => ({
    name: host,
    match: authorities(host, port).map((authority) => ({ port, authority: { exact: authority } })),
    route: [{ destination: { host, port: { number: port } } }],
  }));
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: shardMetadata(context, shard, "-gateway"),
    spec: { hosts: ["*"], exportTo: ["."], gateways: [gatewayReference(context)], http: routes },
  };
}

/** One route for all hosts: Istio copies a VirtualService's routes into each of its hosts. */
function meshRoute(context: HostsContext, shard: Shard): Manifest {
  const { port } = shard;
  const hosts = shard.hosts.map(({ host }) => host);
  return meshVirtualService(context, shard, hosts, {
    // The gateway retries; a retry at each hop would multiply.
    http: [{ match: [{ port }], route: toGateway(context, HTTP_SUBSET, port), retries: { attempts: 0 } }],
  });
}
