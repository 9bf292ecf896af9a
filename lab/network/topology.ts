import { internet, type NodeAddress, nodeNetwork, nodes, podRange, podRange6 } from "../addresses.ts";
import { namespacePrefix } from "../paths.ts";
import { runCommand } from "../process/command.ts";
import { families, hasIpv6 } from "./ipv6.ts";
import { addPacketRules } from "./packet-rules.ts";

export const hubNamespace = `${namespacePrefix}hub`;
export const internetNamespace = `${namespacePrefix}internet`;
/** This machine's only link of ours, through which kubectl reaches the API server. */
export const machineLink = `${namespacePrefix}root`;
/** The hub's link to the outside, where the firewall stands. */
export const uplink = "uplink";
/** Where `ip netns` keeps the names of namespaces. */
export const namespaceFolder = "/run/netns";
/** Every network namespace of the lab. */
export const networkNamespaces: readonly string[] = [
  hubNamespace,
  internetNamespace,
  ...nodes.map((node) => node.name),
];
/** The bridge of a node's own pods. */
export const podBridge = "pods";

/**
 * Makes the namespaces, links and routes:
 *
 *     machine ── [bridge "nodes" in the hub] ── every node ── bridge "pods" in the node
 *                         └── uplink (firewall) ── internet
 */
export async function makeNetwork(signal: AbortSignal): Promise<void> {
  await ip(
    undefined,
    networkNamespaces.map((name) => `netns add ${name}`),
    signal,
  );
  await ip(undefined, linkCommands(), signal);
  await Promise.all([
    ip(hubNamespace, hubCommands(), signal),
    ip(internetNamespace, internetCommands(), signal),
    ...nodes.map((node) => ip(node.name, nodeCommands(node), signal)),
  ]);
  await Promise.all([
    settings(hubNamespace, [...FORWARDING, ...bridgeFilters(0)]),
    ...nodes.map((node) => settings(node.name, [...FORWARDING, ...bridgeFilters(1)])),
  ]);
  await Promise.all(nodes.map(leaveAsTheNode));
}

function linkCommands(): string[] {
  const inHub = (index: number): string => `node${index + 1}`;
  return [
    `link add ${machineLink} type veth peer name machine netns ${hubNamespace}`,
    `address add ${nodeNetwork.machine} peer ${nodeNetwork.hub}/32 dev ${machineLink}`,
    `link set ${machineLink} up`,
    `-n ${hubNamespace} link add ${uplink} type veth peer name hub netns ${internetNamespace}`,
    ...nodes.map(
      (node, index) =>
        `-n ${hubNamespace} link add ${inHub(index)} type veth peer name nodes netns ${node.name}`,
    ),
  ];
}

function hubCommands(): string[] {
  return [
    "link set lo up",
    "link add nodes type bridge",
    `address add ${nodeNetwork.hub}/${nodeNetwork.prefix} dev nodes`,
    "link set nodes up",
    ...["machine", ...nodes.map((_, index) => `node${index + 1}`)].flatMap((link) => [
      `link set ${link} master nodes`,
      `link set ${link} up`,
    ]),
    `address add ${internet.hub}/${internet.prefix} dev ${uplink}`,
    `link set ${uplink} up`,
    // Where nobody has the address the hub itself would answer that the host is unreachable.
    `route add ${internet.silent} via ${internet.web}`,
    ...nodes.map((node) => `route add ${node.podSubnet} via ${node.address}`),
    ...inIpv6([
      `address add ${nodeNetwork.hub6}/${nodeNetwork.prefix6} dev nodes nodad`,
      `address add ${internet.hub6}/${internet.prefix6} dev ${uplink} nodad`,
      ...Object.values(internet.inside6).map((address) => `route add ${address} via ${internet.web6}`),
      ...nodes.map((node) => `route add ${node.podSubnet6} via ${node.address6}`),
    ]),
  ];
}

function internetCommands(): string[] {
  return [
    "link set lo up",
    ...[
      internet.web,
      internet.mutual,
      internet.webSocket,
      internet.grpc,
      ...internet.tcp,
      internet.down,
      internet.dns,
    ].map((address) => `address add ${address}/${internet.prefix} dev hub`),
    "link set hub up",
    `route add blackhole ${internet.silent}`,
    `route add default via ${internet.hub}`,
    ...inIpv6([
      `address add ${internet.web6}/${internet.prefix6} dev hub nodad`,
      ...[internet.mutual6, ...internet.tcp6, ...Object.values(internet.inside6)].map(
        (address) => `address add ${address}/128 dev hub nodad`,
      ),
      `route add default via ${internet.hub6}`,
    ]),
  ];
}

function nodeCommands(own: NodeAddress): string[] {
  const others = nodes.filter((node) => node !== own);
  return [
    "link set lo up",
    `address add ${own.address}/${nodeNetwork.prefix} dev nodes`,
    "link set nodes up",
    `route add default via ${nodeNetwork.hub}`,
    // The pods' bridge exists before the first pod, so that routes and rules can name it.
    `link add ${podBridge} type bridge`,
    `address add ${own.podGateway}/24 dev ${podBridge}`,
    `link set ${podBridge} up`,
    ...others.map((node) => `route add ${node.podSubnet} via ${node.address}`),
    ...inIpv6([
      `address add ${own.address6}/${nodeNetwork.prefix6} dev nodes nodad`,
      `route add default via ${nodeNetwork.hub6}`,
      `address add ${own.podGateway6}/64 dev ${podBridge} nodad`,
      ...others.map((node) => `route add ${node.podSubnet6} via ${node.address6}`),
    ]),
  ];
}

/** What leaves the cluster carries the node's address, so that a firewall can tell one node from another. */
async function leaveAsTheNode({ name, podSubnet, podSubnet6 }: NodeAddress): Promise<void> {
  const pods = { ipv4: [podSubnet, podRange], ipv6: [podSubnet6, podRange6] } as const;
  for (const family of families) {
    const [own, all] = pods[family];
    await addPacketRules(name, family, [
      "*nat",
      `-A POSTROUTING -s ${own} ! -d ${all} -j MASQUERADE`,
      "COMMIT",
    ]);
  }
}

/** Makes a namespace a router. */
const FORWARDING = ["net.ipv4.ip_forward=1", ...inIpv6(["net.ipv6.conf.all.forwarding=1"])];

/** Whether packets from link to link of one bridge meet the filters too. */
function bridgeFilters(value: 0 | 1): string[] {
  return [
    `net.bridge.bridge-nf-call-iptables=${value}`,
    ...inIpv6([`net.bridge.bridge-nf-call-ip6tables=${value}`]),
  ];
}

/** Commands that a machine without IPv6 can't run. */
function inIpv6(commands: readonly string[]): readonly string[] {
  return hasIpv6 ? commands : [];
}

async function settings(namespace: string, values: readonly string[]): Promise<void> {
  await runCommand("sysctl", ["--quiet", "--write", ...values], { namespace });
}

async function ip(
  namespace: string | undefined,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (namespace) {
    await runCommand("ip", ["-netns", namespace, "-batch", "-"], {
      input: `${commands.join("\n")}\n`,
      signal,
    });
    return;
  }
  // A batch knows one namespace only; these commands name theirs.
  for (const command of commands) await runCommand("ip", command.split(" "), { signal });
}
