import { PROTOCOLS } from "../../../model/protocols.ts";
import type { PlannedObject } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";
import type { Shard } from "../shards.ts";
import { planForwardPort } from "./forward-port.ts";
import { ASKED_NAME, anchor, CALLED_ADDRESS, carryDestination } from "./sidecar-port.ts";

/** What the hosts of each TLS or TCP port share, at the gateway and in the namespaces that were granted one. */
export function planForwardPorts(context: HostsContext, shards: readonly Shard[]): PlannedObject[] {
  const forwarded = shards.filter(({ mode }) => PROTOCOLS[mode] !== "http");
  return [...Map.groupBy(forwarded, ({ port }) => port)]
    .sort(([a], [b]) => a - b)
    .flatMap(([port, sharing]) => planPort(context, port, sharing));
}

function planPort(context: HostsContext, port: number, shards: readonly Shard[]): PlannedObject[] {
  const destinations = new Map(
    shards.flatMap((shard) => shard.namespaces.map((namespace) => [namespace, destinationOf(shard)])),
  );
  const namespaces = [...destinations.keys()].sort();
  const protocol = shards[0]?.mode === "tcp" ? "tcp" : "tls";
  return [
    { wave: "registry", manifest: anchor(context, port, protocol, namespaces) },
    ...planForwardPort(context, port),
    ...namespaces.map(
      (namespace): PlannedObject => ({
        wave: "routes",
        manifest: carryDestination(context, port, namespace, destinations.get(namespace) ?? ""),
      }),
    ),
  ];
}

/** A namespace has either one TCP host by name on a port, or several by address: declarations are checked for that. */
function destinationOf({ mode, settings, hosts }: Shard): string {
  if (mode !== "tcp") return ASKED_NAME;
  return settings.addresses === undefined ? hosts[0].host : CALLED_ADDRESS;
}
