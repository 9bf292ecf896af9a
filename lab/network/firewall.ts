import { internet, nodes } from "../addresses.ts";
import { runCommand } from "../process/command.ts";
import type { FirewallMode } from "../state/state.ts";
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
  await runCommand("iptables-restore", ["--noflush"], {
    namespace: hubNamespace,
    input: firewallRules(mode),
  });
}

/** Input for iptables-restore, which replaces the chain in one move. */
export function firewallRules(mode: FirewallMode): string {
  const closed = [
    ...["udp", "tcp"].map(
      (protocol) => `-A ${chain} -d ${internet.dns}/32 -p ${protocol} --dport 53 -j RETURN`,
    ),
    ...nodes.map((node) =>
      node.pool === "egress"
        ? `-A ${chain} -s ${node.address}/32 -j RETURN`
        : `-A ${chain} -s ${node.address}/32 -j DROP`,
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
    "",
  ].join("\n");
}

/** The mode that the packets meet now. */
export async function firewallMode(): Promise<FirewallMode> {
  return (await rules()).some((rule) => rule.includes("DROP")) ? "gateway-nodes" : "open";
}

/** Refused packets for each source; empty while the firewall is open. */
export async function firewallDrops(): Promise<FirewallDrops[]> {
  return parseDrops(await rules());
}

/** Reads `iptables --list-rules --verbose`: `-A CHAIN -s 198.18.0.11/32 -c 12 720 -j DROP`. */
export function parseDrops(lines: readonly string[]): FirewallDrops[] {
  return lines.flatMap((line) => {
    if (!line.endsWith("-j DROP")) return [];
    const address = /-s ([\d.]+)\/32/.exec(line)?.[1];
    const node = nodes.find((candidate) => candidate.address === address);
    return [
      { source: node?.name ?? address ?? "any other", packets: Number(/-c (\d+)/.exec(line)?.[1] ?? 0) },
    ];
  });
}

async function rules(): Promise<string[]> {
  const text = await runCommand("iptables", ["--wait", "5", "--list-rules", chain, "--verbose"], {
    namespace: hubNamespace,
  });
  return text.trim().split("\n");
}
