import type { Host } from "../../../model/environment.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import { accessPolicy, type HostMatch } from "../authorization-policy.ts";
import type { HostsContext } from "../context.ts";
import { TLS_SUBSET } from "../hop.ts";
import { meshVirtualService, toGateway } from "../mesh-route.ts";
import type { Shard } from "../shards.ts";
import { namesOfRange } from "./address-names.ts";
import { anchorHost } from "./sidecar-port.ts";

/**
 * Mode `tcp`: the application speaks anything. The hop's mutual TLS carries it, and names where it is to go: the host,
 * or the address that the application called where addresses are declared. The gateway connects there, if policy
 * lets it.
 */
export function planTcp(context: HostsContext, shard: Shard): PlannedObject[] {
  return [
    { wave: "routes", manifest: accessPolicy(context, shard, byDestination) },
    { wave: "mesh", manifest: meshRoute(context, shard) },
  ];
}

/** The names on the hop that mean a host. */
export function destinationsOf({ host, addresses }: Host): string[] {
  return addresses === undefined ? [host] : addresses.flatMap(namesOfRange);
}

function byDestination(hosts: readonly Host[]): HostMatch {
  return { operation: {}, when: [{ key: "connection.sni", values: hosts.flatMap(destinationsOf) }] };
}

function meshRoute(context: HostsContext, shard: Shard): Manifest {
  const { port, settings, hosts } = shard;
  const { addresses } = settings;
  const match: Json = [{ port, ...(addresses === undefined ? {} : { destinationSubnets: addresses }) }];
  return meshVirtualService(context, shard, [anchorHost(context, port), hosts[0].host], {
    tcp: [{ match, route: toGateway(context, TLS_SUBSET, port) }],
  });
}
