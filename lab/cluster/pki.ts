import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiServer, clusterDomain, kubernetesService, nodeNetwork, nodes } from "../addresses.ts";
import { kubeconfigFile, stateDirectory } from "../paths.ts";
import { type Authority, createAuthority, createSigningKey, type KeyPair } from "./certificates.ts";
import { kubeconfig } from "./kubeconfig.ts";

const folder = join(stateDirectory, "pki");

/** Paths of everything that the control plane and the nodes show each other. */
export const pki = {
  authority: join(folder, "ca.crt"),
  apiServer: pair("apiserver"),
  /** What the API server shows to kubelets. */
  kubeletClient: pair("apiserver-kubelet-client"),
  serviceAccountKey: join(folder, "service-accounts.key"),
  serviceAccountPublicKey: join(folder, "service-accounts.pub"),
  kubelet: (node: string) => pair(node),
  /** Kubeconfig of a component or a node's kubelet. */
  kubeconfig: (name: string) => join(folder, `${name}.kubeconfig`),
} as const;

const admin = { commonName: "sallyport-lab-admin", organisation: "system:masters" };

/** Users of the API server other than the kubelets, by kubeconfig name. */
const users: Readonly<Record<string, { commonName: string; organisation?: string }>> = {
  admin,
  "controller-manager": { commonName: "system:kube-controller-manager" },
  scheduler: { commonName: "system:kube-scheduler" },
  "kube-proxy": { commonName: "system:kube-proxy" },
  "network-policies": { commonName: "sallyport:network-policies" },
};

/** Makes the cluster's authority and every certificate and kubeconfig; each lab has its own. */
export async function makePki(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await createAuthority("sallyport-lab");
  await writeFile(pki.authority, authority.certificate);
  const signing = await createSigningKey();
  await writeFile(pki.serviceAccountKey, signing.key, { mode: 0o600 });
  await writeFile(pki.serviceAccountPublicKey, signing.publicKey);
  await Promise.all([
    save(
      pki.apiServer,
      authority.issue({
        commonName: "kube-apiserver",
        dnsNames: [
          "kubernetes",
          "kubernetes.default",
          "kubernetes.default.svc",
          `kubernetes.default.svc.${clusterDomain}`,
        ],
        addresses: [nodeNetwork.hub, kubernetesService],
      }),
    ),
    save(
      pki.kubeletClient,
      authority.issue({ commonName: "kube-apiserver", organisation: "system:masters" }),
    ),
    ...nodes.map(async (node) => {
      const certificate = await authority.issue({
        commonName: `system:node:${node.name}`,
        organisation: "system:nodes",
        dnsNames: [node.name],
        addresses: [node.address],
      });
      await save(pki.kubelet(node.name), certificate);
      await saveKubeconfig(pki.kubeconfig(node.name), authority, certificate);
    }),
    ...Object.entries(users).map(async ([name, user]) =>
      saveKubeconfig(pki.kubeconfig(name), authority, await authority.issue(user)),
    ),
  ]);
  await saveKubeconfig(kubeconfigFile, authority, await authority.issue(admin));
}

function pair(name: string): KeyPair {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

async function save(paths: KeyPair, issued: Promise<KeyPair> | KeyPair): Promise<void> {
  const { certificate, key } = await issued;
  await writeFile(paths.certificate, certificate);
  await writeFile(paths.key, key, { mode: 0o600 });
}

async function saveKubeconfig(path: string, authority: Authority, user: KeyPair): Promise<void> {
  await writeFile(path, kubeconfig({ server: apiServer, authority: authority.certificate, user }), {
    mode: 0o600,
  });
}
