import { join } from "node:path";
import type { NodeAddress } from "../addresses.ts";
import type { Artifacts } from "../build/artifacts.ts";
import { dualStack, families } from "../network/ipv6.ts";
import { addPacketRules } from "../network/packet-rules.ts";
import { podBridge } from "../network/topology.ts";
import { runCommand, tryCommand } from "../process/command.ts";
import type { ProcessRecord } from "../process/identity.ts";
import { startProcess, waitFor } from "../process/start.ts";
import { nodeFiles, writeNodeFiles } from "./node-configuration.ts";
import { makeNodeFolders, nodeFolders } from "./node-folders.ts";
import { pki } from "./pki.ts";

const packetQueue = "100";

/** Starts a node's container runtime, in namespaces of the node's own, and loads its images. */
export async function startRuntime(
  node: NodeAddress,
  images: Artifacts["images"],
  pause: string,
  signal: AbortSignal,
): Promise<ProcessRecord> {
  await makeNodeFolders(node.name);
  await writeNodeFiles(node, pause);
  const holder = await startHolder(node.name, signal);
  const { socket } = nodeFolders(node.name);
  const containerd = await startProcess({
    name: `${node.name}-containerd`,
    inside: holder.pid,
    command: "containerd",
    args: ["--config", nodeFiles(node.name).containerd],
  });
  const client = ["--address", socket, "--namespace", "k8s.io", "--connect-timeout", "2s"];
  await waitFor(
    `the container runtime of ${node.name}`,
    async () => (await tryCommand("ctr", [...client, "version"], { timeout: 5_000 })).exitCode === 0,
    { limit: 30_000, process: containerd, signal },
  );
  for (const image of images) {
    const args = [...client, "images", "import", image.archive];
    await runCommand("ctr", args, { timeout: 180_000, signal });
  }
  return holder;
}

/** Starts what makes a runtime a node of the cluster: kubelet, Service addresses, and NetworkPolicy on packets. */
export async function joinCluster(
  node: NodeAddress,
  holder: ProcessRecord,
  bin: string,
  signal: AbortSignal,
): Promise<void> {
  const files = nodeFiles(node.name);
  await queueNewConnections(node.name);
  const [kubelet] = await Promise.all([
    startProcess({
      name: `${node.name}-kubelet`,
      inside: holder.pid,
      command: join(bin, "kubelet"),
      args: [
        `--config=${files.kubelet}`,
        `--kubeconfig=${pki.kubeconfig(node.name)}`,
        `--root-dir=${nodeFolders(node.name).kubelet}`,
        `--hostname-override=${node.name}`,
        `--node-ip=${dualStack({ ipv4: node.address, ipv6: node.address6 })}`,
        `--node-labels=lab.sallyport.dev/pool=${node.pool}`,
      ],
    }),
    startProcess({
      name: `${node.name}-kube-proxy`,
      inside: holder.pid,
      command: join(bin, "kube-proxy"),
      args: [`--config=${files.kubeProxy}`],
    }),
    startProcess({
      name: `${node.name}-network-policies`,
      inside: holder.pid,
      command: join(bin, "kube-network-policies"),
      args: [
        `--kubeconfig=${pki.kubeconfig("network-policies")}`,
        `--hostname-override=${node.name}`,
        `--nfqueue-id=${packetQueue}`,
        "--disable-nri",
        "--metrics-bind-address=127.0.0.1:9080",
      ],
    }),
  ]);
  await waitFor(
    `node ${node.name}`,
    async () => {
      const ready = [
        "get",
        "node",
        node.name,
        "--output=jsonpath={.status.conditions[?(@.type=='Ready')].status}",
      ];
      const args = [`--kubeconfig=${pki.kubeconfig("admin")}`, "--request-timeout=2s", ...ready];
      return (await tryCommand(join(bin, "kubectl"), args, { timeout: 5_000 })).stdout === "True";
    },
    { limit: 60_000, process: kubelet, signal, interval: 500 },
  );
}

/** A process that holds the node's mounts: they end with the node's last process, so none can be left behind. */
async function startHolder(node: string, signal: AbortSignal): Promise<ProcessRecord> {
  const mounts = nodeFolders(node).private.map(({ place, own }) => `mount --bind '${own}' '${place}'`);
  const holder = await startProcess({
    name: `${node}-holder`,
    namespace: node,
    command: "unshare",
    args: [
      ...["--mount", "--propagation=private", "--", "sh", "-c"],
      [...mounts, "mount --make-rshared /", "exec sleep infinity"].join(" && "),
    ],
  });
  await waitFor(
    `the namespaces of ${node}`,
    async () => (await tryCommand("cat", [`/proc/${holder.pid}/comm`])).stdout === "sleep",
    { limit: 10_000, process: holder, signal, interval: 50 },
  );
  return holder;
}

/**
 * Gives the first packet of every connection from or to a pod to the NetworkPolicy program. In the mangle table, as
 * kube-proxy accepts some packets in the filter table before a rule there could see them.
 */
async function queueNewConnections(namespace: string): Promise<void> {
  const queue = `-m conntrack --ctstate NEW -j NFQUEUE --queue-num ${packetQueue} --queue-bypass`;
  const rules = [
    "*mangle",
    `-A FORWARD -i ${podBridge} ${queue}`,
    `-A FORWARD ! -i ${podBridge} -o ${podBridge} ${queue}`,
    "COMMIT",
  ];
  for (const family of families) await addPacketRules(namespace, family, rules);
}
