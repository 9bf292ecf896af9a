import { internet, type NodeAddress, nodes } from "../addresses.ts";
import type { FirewallMode } from "../state/state.ts";
import { type Family, families } from "./ipv6.ts";
import { addPacketRules, packetRules } from "./packet-rules.ts";
import { hubNamespace, uplink } from "./topology.ts";

const chain = "SALLYPORT-FIREWALL";

/** Packets of one source that the firewall refused since the mode was set. */
export interface FirewallDrops {
  /** A node's name, or its address where no node has it. */
  readonly source: string;
  readonly packets: number;
}

/**
 * Says who may leave the cluster. `open`: every node. `gateway-nodes`: the gateways' nodes only, but for questions
 * to the name server, which the cluster's DNS asks from an application node. Connections that are open already get
 * no grace: packets are judged by their source alone. The counters begin anew.
 */
export async function setFirewall(mode: FirewallMode): Promise<void> {
  for (const family of families) await addPacketRules(hubNamespace, family, firewallRules(mode, family));
}

/** Rules that replace a family's chain in one move. */
export function firewallRules(mode: FirewallMode, family: Family): string[] {
  const closed = [
    ...(family === "ipv4" ? nameServerRules() : []),
    ...nodes.map(
      (node) => `-A ${chain} -s ${sourceOf(node, family)} -j ${node.pool === "egress" ? "RETURN" : "DROP"}`,
    ),
    `-A ${chain} -j DROP`,
  ];
  return [
    "*filter",
    `:${chain} - [0:0]`,
    "-F FORWARD",
    `-A FORWARD -o ${uplink} -j ${chain}`,
    ...(mode === "gateway-nodes" ? closed : []),
    "COMMIT",
  ];
}

/** The name server has an IPv4 address alone. */
function nameServerRules(): string[] {
  return ["udp", "tcp"].map(
    (protocol) => `-A ${chain} -d ${internet.dns}/32 -p ${protocol} --dport 53 -j RETURN`,
  );
}

/** A node as the source of packets, as a rule has it. */
function sourceOf({ address, address6 }: NodeAddress, family: Family): string {
  return family === "ipv4" ? `${address}/32` : `${address6}/128`;
}

/** The mode that the packets meet now. */
export async function firewallMode(): Promise<FirewallMode> {
  return (await rules()).some((rule) => rule.includes("DROP")) ? "gateway-nodes" : "open";
}

/** Refused packets for each source; empty while the firewall is open. */
export async function firewallDrops(): Promise<FirewallDrops[]> {
  return parseDrops(await rules());
}

/** Reads `iptables --list-rules --verbose`: `-A CHAIN -s 198.18.0.11/32 -c 12 720 -j DROP`. One count a source. */
export function parseDrops(lines: readonly string[]): FirewallDrops[] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    if (!line.endsWith("-j DROP")) continue;
    const range = /-s (\S+)/.exec(line)?.[1];
    const node = nodes.find((candidate) =>
      (["ipv4", "ipv6"] as const).some((family) => sourceOf(candidate, family) === range),
    );
    const source = node?.name ?? range?.replace(/\/\d+$/, "") ?? "any other";
    counts.set(source, (counts.get(source) ?? 0) + Number(/-c (\d+)/.exec(line)?.[1] ?? 0));
  }
  return [...counts].map(([source, packets]) => ({ source, packets }));
}

async function rules(): Promise<string[]> {
  return (await Promise.all(families.map((family) => packetRules(hubNamespace, family, chain)))).flat();
}
