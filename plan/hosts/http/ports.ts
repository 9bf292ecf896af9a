import { HTTP_PORT } from "../../../model/values/ports.ts";
import type { PlannedObject } from "../../manifest.ts";
import { anchor, anchorHost } from "../anchor.ts";
import type { HostsContext } from "../context.ts";
import { namespacesByPort, type Shard } from "../shards.ts";

/** The names that make sidecars take a port's routes. On port 80 they take those of what nobody registered too. */
export function anchorsOf(context: HostsContext, port: number): string[] {
  return port === HTTP_PORT ? [] : [anchorHost(context, port)];
}

/** What the HTTP hosts of each port share in the mesh. */
export function planHttpPorts(context: HostsContext, shards: readonly Shard[]): PlannedObject[] {
  return namespacesByPort(shards)
    .filter(([port]) => anchorsOf(context, port).length > 0)
    .map(([port, namespaces]) => ({
      wave: "registry",
      manifest: anchor(context, port, "http", namespaces),
    }));
}
