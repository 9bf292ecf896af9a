/** Every address of the lab. They come from the ranges kept for tests and documentation, so they are nobody's. */

type NodePool = "application" | "egress";

export interface NodeAddress {
  /** Kubernetes node name, and the name of its network namespace. */
  readonly name: string;
  readonly pool: NodePool;
  readonly address: string;
  /** The same in IPv6. */
  readonly address6: string;
  /** The node's pods, a /24 of podRange; the first address is the node's own bridge. */
  readonly podSubnet: string;
  readonly podGateway: string;
  /** The same in IPv6: a /64 of podRange6. */
  readonly podSubnet6: string;
  readonly podGateway6: string;
}

/** The network that the nodes share with the control plane. */
export const nodeNetwork = {
  subnet: "198.18.0.0/24",
  prefix: 24,
  /** The hub: bridge, router and control plane. */
  hub: "198.18.0.1",
  /** This machine's end, from which kubectl speaks to the API server; it has a route to the hub alone. */
  machine: "198.18.0.254",
  prefix6: 64,
  hub6: "fd00:18::1",
} as const;

export const podRange = "10.244.0.0/16";
export const podRange6 = "fd00:244::/48";
export const serviceRange = "10.96.0.0/16";
export const serviceRange6 = "fd00:96::/112";
export const kubernetesService = "10.96.0.1";
export const clusterDns = "10.96.0.10";
export const clusterDomain = "cluster.local";
export const apiServerPort = 6443;
export const apiServer = `https://${nodeNetwork.hub}:${apiServerPort}`;

export const nodes: readonly NodeAddress[] = [
  node(1, "sallyport-app-1", "application", 11),
  node(2, "sallyport-gateway-1", "egress", 21),
  node(3, "sallyport-gateway-2", "egress", 22),
];

/** The world outside the cluster. */
export const internet = {
  prefix: 24,
  subnet: "198.51.100.0/24",
  hub: "198.51.100.1",
  /** Web servers. */
  web: "198.51.100.10",
  /** The web server that asks for client certificates. */
  mutual: "198.51.100.11",
  /** The WebSocket server. */
  webSocket: "198.51.100.12",
  /** The gRPC server. */
  grpc: "198.51.100.13",
  /** TCP servers with the same port, which have no name: only their addresses tell them apart. */
  tcp: ["198.51.100.20", "198.51.100.21", "198.51.100.23"],
  /** Nothing listens here: connections are refused. */
  down: "198.51.100.30",
  /** Packets to here are dropped: connections time out. */
  silent: "198.51.100.31",
  /** Name server, to which the cluster forwards every name that is not its own. */
  dns: "198.51.100.53",
  prefix6: 48,
  hub6: "2001:db8:100::1",
  /** Web servers. */
  web6: "2001:db8:100::10",
  /** The web server that asks for client certificates. */
  mutual6: "2001:db8:100::11",
  /** TCP servers with the same port, which have no name; two of one /64, and another's. */
  tcp6: ["2001:db8:100::20", "2001:db8:100::21", "2001:db8:100:5::22"],
  /** Web servers at addresses that no outside host has: private, a cloud's metadata, and 169.254.169.254 behind NAT64. */
  inside6: { private6: "fd00:1234::10", metadata6: "fd00:ec2::254", nat64: "64:ff9b::a9fe:a9fe" },
} as const;

function node(index: number, name: string, pool: NodePool, last: number): NodeAddress {
  return {
    name,
    pool,
    address: `198.18.0.${last}`,
    address6: `fd00:18::${last}`,
    podSubnet: `10.244.${index}.0/24`,
    podGateway: `10.244.${index}.1`,
    podSubnet6: `fd00:244:0:${index}::/64`,
    podGateway6: `fd00:244:0:${index}::1`,
  };
}
