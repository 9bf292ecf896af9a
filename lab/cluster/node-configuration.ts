import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { clusterDns, clusterDomain, internet, type NodeAddress, podRange, podRange6 } from "../addresses.ts";
import { dualStack, hasIpv6 } from "../network/ipv6.ts";
import { podBridge } from "../network/topology.ts";
import { labName } from "../paths.ts";
import { nodeFolders } from "./node-folders.ts";
import { pki } from "./pki.ts";

/** Configuration files of a node's programs, by what reads them. */
export function nodeFiles(node: string) {
  const { config } = nodeFolders(node);
  return {
    containerd: join(config, "containerd.toml"),
    kubelet: join(config, "kubelet.yaml"),
    kubeProxy: join(config, "kube-proxy.yaml"),
    resolver: join(config, "resolv.conf"),
  };
}

/** Cgroup of a node's pods; two kubelets on one cgroup would end each other's pods as orphans. */
function nodeCgroup(node: string): string {
  return `/${labName}/${node}`;
}

/** Writes every configuration file of a node. `pause` is the reference of the image that holds a pod's namespaces. */
export async function writeNodeFiles(node: NodeAddress, pause: string): Promise<void> {
  const files = nodeFiles(node.name);
  await Promise.all([
    writeFile(files.containerd, containerdConfiguration(node.name, pause)),
    writeFile(files.kubelet, stringify(kubeletConfiguration(node))),
    writeFile(files.kubeProxy, stringify(kubeProxyConfiguration(node))),
    writeFile(files.resolver, `nameserver ${internet.dns}\n`),
    writeFile(
      join(nodeFolders(node.name).cni, "10-pods.conflist"),
      JSON.stringify(podNetwork(node), null, 2),
    ),
  ]);
}

function containerdConfiguration(node: string, pause: string): string {
  const folders = nodeFolders(node);
  return `version = 2
root = "${folders.containerd}"
state = "${folders.containerdState}"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "${folders.socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folders.extensions}/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  # Without CAP_SYS_RESOURCE a container's OOM score cannot go below that of containerd.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  # A name server in a pod listens on port 53 without being root, as newer runtimes allow by default.
  enable_unprivileged_ports = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folders.cni}"
`;
}

function kubeletConfiguration(node: NodeAddress) {
  const certificate = pki.kubelet(node.name);
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: node.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki.authority },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: certificate.certificate,
    tlsPrivateKeyFile: certificate.key,
    containerRuntimeEndpoint: `unix://${nodeFolders(node.name).socket}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: nodeCgroup(node.name),
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [clusterDns],
    clusterDomain,
    resolvConf: nodeFiles(node.name).resolver,
    volumePluginDir: join(nodeFolders(node.name).extensions, "volumes"),
    // The disk is the machine's, and how full it is says nothing about the lab; images are never collected.
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: "5s",
    syncFrequency: "10s",
    shutdownGracePeriod: "0s",
    healthzBindAddress: "127.0.0.1",
    registerWithTaints: [],
  };
}

function kubeProxyConfiguration(node: NodeAddress) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    bindAddress: node.address,
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    clientConnection: { kubeconfig: pki.kubeconfig("kube-proxy") },
    hostnameOverride: node.name,
    clusterCIDR: dualStack({ ipv4: podRange, ipv6: podRange6 }),
    mode: "iptables",
    // These are the machine's own settings: a namespace may not write them.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}

function podNetwork(node: NodeAddress) {
  return {
    cniVersion: "1.0.0",
    name: node.name,
    plugins: [
      {
        type: "bridge",
        bridge: podBridge,
        isGateway: true,
        isDefaultGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          ranges: [
            [{ subnet: node.podSubnet, gateway: node.podGateway }],
            ...(hasIpv6 ? [[{ subnet: node.podSubnet6, gateway: node.podGateway6 }]] : []),
          ],
        },
      },
    ],
  };
}
