import type { Protocol } from "../../model/values/protocols.ts";
import type { Json, Manifest } from "../manifest.ts";

/** What tells one ServiceEntry of hosts outside the mesh from another. */
interface OutsideHosts {
  readonly hosts: readonly string[];
  readonly exportTo: readonly string[];
  readonly resolution: "DNS" | "DYNAMIC_DNS" | "STATIC";
  readonly port: number;
  readonly protocol: Protocol;
  /** A second port, whose requests go in HTTP/2. */
  readonly http2Port?: number;
  /** Where the hosts are, by a name to resolve; by their own names where left out. */
  readonly address?: string;
}

/** The label of an entry that takes no address of its own: applications call the host's own, or another. */
export const NO_ADDRESS = { "networking.istio.io/enable-autoallocate-ip": "false" } as const;

/** A ServiceEntry of hosts outside the mesh. */
export function serviceEntry(metadata: Manifest["metadata"], outside: OutsideHosts): Manifest {
  const { hosts, exportTo, resolution, port, protocol, http2Port, address } = outside;
  const ports: Json[] = [
    portOf(port, protocol),
    ...(http2Port === undefined ? [] : [portOf(http2Port, "http2")]),
  ];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata,
    spec: {
      hosts,
      exportTo,
      location: "MESH_EXTERNAL",
      resolution,
      ports,
      ...(address === undefined ? {} : { endpoints: [{ address }] }),
    },
  };
}

function portOf(number: number, protocol: string): Json {
  return { number, name: `${protocol}-${number}`, protocol: protocol.toUpperCase() };
}
