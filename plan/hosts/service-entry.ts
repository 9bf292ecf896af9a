import type { Json, Manifest } from "../manifest.ts";

/** What tells one ServiceEntry of hosts outside the mesh from another. */
export interface OutsideHosts {
  readonly hosts: readonly string[];
  readonly exportTo: readonly string[];
  readonly resolution: "DNS" | "DYNAMIC_DNS" | "STATIC";
  readonly port: number;
  readonly protocol: "http" | "tls" | "tcp";
  /** Where the hosts are, by a name to resolve; by their own names where left out. */
  readonly address?: string;
}

/** The label of an entry that takes no address of its own: applications call the host's own, or another. */
export const NO_ADDRESS = { "networking.istio.io/enable-autoallocate-ip": "false" } as const;

/** A ServiceEntry of hosts outside the mesh, on one port. */
export function serviceEntry(metadata: Manifest["metadata"], outside: OutsideHosts): Manifest {
  const { hosts, exportTo, resolution, port, protocol, address } = outside;
  const ports: Json = [{ number: port, name: `${protocol}-${port}`, protocol: protocol.toUpperCase() }];
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
