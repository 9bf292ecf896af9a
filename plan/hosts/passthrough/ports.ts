import type { PlannedObject } from "../../manifest.ts";
import { anchor } from "../anchor.ts";
import type { HostsContext } from "../context.ts";
import { namespacesByPort, type Shard } from "../shards.ts";
import { carryName } from "./carry-name.ts";
import { planForwardPort } from "./forward.ts";

/** What the passthrough hosts of each port share, at the gateway and in the namespaces that were granted one. */
export function planForwardPorts(context: HostsContext, shards: readonly Shard[]): PlannedObject[] {
  return namespacesByPort(shards).flatMap(([port, namespaces]) => [
    { wave: "registry", manifest: anchor(context, port, "tls", namespaces) },
    ...planForwardPort(context, port),
    ...namespaces.map(
      (namespace): PlannedObject => ({ wave: "routes", manifest: carryName(context, port, namespace) }),
    ),
  ]);
}
