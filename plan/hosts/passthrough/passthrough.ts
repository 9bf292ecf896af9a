import type { Manifest, PlannedObject } from "../../manifest.ts";
import { accessPolicy } from "../access/allow.ts";
import { anchorHost } from "../anchor.ts";
import type { HostsContext } from "../context.ts";
import { meshVirtualService, toGateway } from "../mesh-route.ts";
import type { Shard } from "../shards.ts";
import { planCommonServer } from "./common-server.ts";

/**
 * Mode `passthrough`: the application speaks TLS to the host itself, carried inside the hop's mutual TLS. The sidecar
 * asks the gateway for the name that the application asked for; the gateway forwards to that name, if policy lets it.
 */
export function planPassthrough(context: HostsContext, shard: Shard): PlannedObject[] {
  return [
    ...planCommonServer(context, shard),
    { wave: "routes", manifest: accessPolicy(context, shard) },
    { wave: "mesh", manifest: meshRoute(context, shard) },
  ];
}

function meshRoute(context: HostsContext, shard: Shard): Manifest {
  const { port } = shard;
  const sniHosts = shard.hosts.map(({ host }) => host);
  return meshVirtualService(context, shard, [anchorHost(context, port), ...sniHosts], {
    tls: [{ match: [{ port, sniHosts }], route: toGateway(context, port) }],
  });
}
