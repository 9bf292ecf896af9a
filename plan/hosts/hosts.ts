import type { Gateway, Host, Mesh, Mode } from "../../model/environment.ts";
import type { PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";
import { planHop } from "./hop.ts";
import { planHttp } from "./http.ts";
import { planPassthrough } from "./passthrough.ts";
import { planPassthroughPort } from "./passthrough-port.ts";
import { type Shard, shardsOf } from "./shards.ts";

/** A list of hosts behind one gateway. */
export interface HostsPlan {
  readonly gateway: Gateway;
  readonly mesh: Mesh;
  readonly hosts: readonly Host[];
}

const PLANNERS: Readonly<Record<Mode, (context: HostsContext, shard: Shard) => PlannedObject[]>> = {
  none: planHttp,
  passthrough: planPassthrough,
};

/** Plans everything that a list of hosts takes, at the gateway and in the mesh. Nothing is granted by default. */
export function planHosts({ gateway, mesh, hosts }: HostsPlan): PlannedObject[] {
  const context: HostsContext = { gateway, mesh };
  const shards = shardsOf(gateway.name, hosts);
  return [
    ...planHop(context, namespacesOf(shards)),
    ...passthroughPorts(shards).flatMap(([port, sharing]) =>
      planPassthroughPort(context, port, namespacesOf(sharing)),
    ),
    ...shards.flatMap((shard) => PLANNERS[shard.mode](context, shard)),
  ];
}

/** The passthrough shards by port, in the order of the ports. */
function passthroughPorts(shards: readonly Shard[]): [port: number, sharing: Shard[]][] {
  const passthrough = shards.filter((shard) => shard.mode === "passthrough");
  return [...Map.groupBy(passthrough, (shard) => shard.port)].sort(([a], [b]) => a - b);
}

function namespacesOf(shards: readonly Shard[]): string[] {
  return [...new Set(shards.flatMap((shard) => shard.namespaces))].sort();
}
