import { internet, nodeNetwork, nodes, podRange } from "../addresses.ts";
import { namespacePrefix } from "../paths.ts";
import { runCommand } from "../process/command.ts";

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
    ...nodes.map((node) => ip(node.name, nodeCommands(node.name), signal)),
  ]);
  await Promise.all([
    settings(hubNamespace, [
      "net.ipv4.ip_forward=1",
      "net.ipv6.conf.all.forwarding=1",
      "net.bridge.bridge-nf-call-iptables=0",
    ]),
    ...nodes.map((node) =>
      settings(node.name, ["net.ipv4.ip_forward=1", "net.bridge.bridge-nf-call-iptables=1"]),
    ),
  ]);
  await Promise.all(nodes.map((node) => leaveAsTheNode(node.name, node.podSubnet)));
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
    `address add ${internet.hub6}/${internet.prefix6} dev ${uplink} nodad`,
    `link set ${uplink} up`,
    // Where nobody has the address the hub itself would answer that the host is unreachable.
    `route add ${internet.silent} via ${internet.web}`,
    ...nodes.map((node) => `route add ${node.podSubnet} via ${node.address}`),
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
    `address add ${internet.web6}/${internet.prefix6} dev hub nodad`,
    "link set hub up",
    `route add blackhole ${internet.silent}`,
    `route add default via ${internet.hub}`,
  ];
}

function nodeCommands(name: string): string[] {
  const own = nodes.find((node) => node.name === name);
  if (!own) throw new Error(`no node is called ${name}`);
  return [
    "link set lo up",
    `address add ${own.address}/${nodeNetwork.prefix} dev nodes`,
    "link set nodes up",
    `route add default via ${nodeNetwork.hub}`,
    // The pods' bridge exists before the first pod, so that routes and rules can name it.
    `link add ${podBridge} type bridge`,
    `address add ${own.podGateway}/24 dev ${podBridge}`,
    `link set ${podBridge} up`,
    ...nodes.filter((node) => node !== own).map((node) => `route add ${node.podSubnet} via ${node.address}`),
  ];
}

/** What leaves the cluster carries the node's address, so that a firewall can tell one node from another. */
async function leaveAsTheNode(namespace: string, podSubnet: string): Promise<void> {
  const rules = ["*nat", `-A POSTROUTING -s ${podSubnet} ! -d ${podRange} -j MASQUERADE`, "COMMIT", ""];
  await runCommand("iptables-restore", ["--noflush"], { namespace, input: rules.join("\n") });
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
