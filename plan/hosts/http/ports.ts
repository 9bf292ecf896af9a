import { HTTP_PORT } from "../../../model/values/ports.ts";
import type { PlannedObject } from "../../manifest.ts";
import { anchor } from "../anchor.ts";
import type { HostsContext } from "../context.ts";
import { namespacesByPort, type Shard } from "../shards.ts";

/** What the HTTP hosts of each port share in the mesh. On port 80 sidecars route what nobody registered too. */
export function planHttpPorts(context: HostsContext, shards: readonly Shard[]): PlannedObject[] {
  return namespacesByPort(shards)
    .filter(([port]) => port !== HTTP_PORT)
    .map(([port, namespaces]) => ({
      wave: "registry",
      manifest: anchor(context, port, "http", namespaces),
    }));
}
