import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  apiServerPort,
  clusterDomain,
  nodeNetwork,
  podRange,
  podRange6,
  serviceRange,
  serviceRange6,
} from "../addresses.ts";
import { dualStack } from "../network/ipv6.ts";
import { hubNamespace } from "../network/topology.ts";
import { kubeconfigFile, stateDirectory } from "../paths.ts";
import { tryCommand } from "../process/command.ts";
import { startProcess, waitFor } from "../process/start.ts";
import { pki } from "./pki.ts";

/** etcd listens on the hub's own loopback, which nothing outside that namespace can reach. */
const etcdUrl = "http://127.0.0.1:2379";

/** Starts etcd and the API server, and waits until it answers. */
export async function startApiServer(bin: string, signal: AbortSignal): Promise<void> {
  const data = join(stateDirectory, "etcd");
  await mkdir(data, { recursive: true, mode: 0o700 });
  await startProcess({
    name: "etcd",
    namespace: hubNamespace,
    command: join(bin, "etcd"),
    args: [
      `--data-dir=${data}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
      // A lab's data need not outlive a power cut, and syncing each write costs seconds at the start.
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
  });
  const server = await startProcess({
    name: "kube-apiserver",
    namespace: hubNamespace,
    command: join(bin, "kube-apiserver"),
    args: apiServerFlags(),
  });
  await waitFor("the API server", () => answers(bin, "/readyz"), { limit: 60_000, process: server, signal });
}

/** Starts the controller manager and the scheduler; they find their own time to be ready. */
export async function startControllers(bin: string): Promise<void> {
  await Promise.all([
    startProcess({
      name: "kube-controller-manager",
      namespace: hubNamespace,
      command: join(bin, "kube-controller-manager"),
      args: [
        `--kubeconfig=${pki.kubeconfig("controller-manager")}`,
        `--service-account-private-key-file=${pki.serviceAccountKey}`,
        `--root-ca-file=${pki.authority}`,
        "--use-service-account-credentials=true",
        "--allocate-node-cidrs=false",
        // It makes this folder, in which it looks for extensions.
        `--flex-volume-plugin-dir=${join(stateDirectory, "extensions")}`,
        `--cluster-cidr=${dualStack({ ipv4: podRange, ipv6: podRange6 })}`,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
      ],
    }),
    startProcess({
      name: "kube-scheduler",
      namespace: hubNamespace,
      command: join(bin, "kube-scheduler"),
      args: [
        `--kubeconfig=${pki.kubeconfig("scheduler")}`,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
      ],
    }),
  ]);
}

/** Whether a path of the API server, such as /readyz, answers «ok» to the administrator. */
export async function answers(bin: string, path: string): Promise<boolean> {
  const args = ["--kubeconfig", kubeconfigFile, "--request-timeout=2s", "get", "--raw", path];
  const result = await tryCommand(join(bin, "kubectl"), args, { timeout: 5_000 });
  return result.exitCode === 0 && result.stdout.trim() === "ok";
}

function apiServerFlags(): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${nodeNetwork.hub}`,
    `--advertise-address=${nodeNetwork.hub}`,
    `--secure-port=${apiServerPort}`,
    `--service-cluster-ip-range=${dualStack({ ipv4: serviceRange, ipv6: serviceRange6 })}`,
    `--tls-cert-file=${pki.apiServer.certificate}`,
    `--tls-private-key-file=${pki.apiServer.key}`,
    `--client-ca-file=${pki.authority}`,
    `--kubelet-certificate-authority=${pki.authority}`,
    `--kubelet-client-certificate=${pki.kubeletClient.certificate}`,
    `--kubelet-client-key=${pki.kubeletClient.key}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--service-account-issuer=https://kubernetes.default.svc.${clusterDomain}`,
    `--service-account-key-file=${pki.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountKey}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    // Webhooks are called at their pods' addresses: the hub has no kube-proxy that knows Service addresses.
    "--enable-aggregator-routing=true",
    "--anonymous-auth=false",
    "--allow-privileged=true",
    "--profiling=false",
  ];
}
