import { readFile } from "node:fs/promises";
import { privateFiles } from "../lab/internet/authority.ts";
import { stateDirectory } from "../lab/paths.ts";
import type { Manifest } from "../plan/manifest.ts";
import type { Kubectl } from "../walk/kubectl.ts";
import { rolledOut } from "../walk/workloads.ts";
import { clientManifests } from "./clients.ts";
import { CLIENT_SECRET, clients, GATEWAY, GATEWAY_NAMESPACE, REPLICAS } from "./world.ts";

const namespaces = [...new Set(clients.map(({ namespace }) => namespace))];

const apply = (kubectl: Kubectl, manifest: Manifest) =>
  kubectl.run(["apply", "-f", "-"], JSON.stringify(manifest));

/** Makes the clients' namespaces. */
export async function makeNamespaces(kubectl: Kubectl): Promise<void> {
  for (const name of namespaces)
    await apply(kubectl, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "istio-injection": "enabled" } },
    });
}

/** Takes the namespaces away with all that is in them, the Secret in the gateway's too, and waits until they are gone. */
export async function removeNamespaces(kubectl: Kubectl): Promise<void> {
  const all = [...namespaces, GATEWAY_NAMESPACE];
  await kubectl.run(["delete", "namespace", ...all, "--ignore-not-found", "--timeout=120s"]);
}

/** Starts all clients, and waits until they run. */
export async function startClients(kubectl: Kubectl, image: string): Promise<void> {
  for (const manifest of clients.flatMap((some) => clientManifests(image, some)))
    await apply(kubectl, manifest);
  for (const { namespace, account } of clients) await rolledOut(kubectl, namespace, account);
}

/** Ends all clients, and waits until they are gone. */
export async function stopClients(kubectl: Kubectl): Promise<void> {
  for (const { namespace, account } of clients)
    await kubectl.run([
      "delete",
      "deploy",
      account,
      `--namespace=${namespace}`,
      "--cascade=foreground",
      "--timeout=120s",
    ]);
}

/** The autoscaler starts the second pod only once the first is there. */
export async function waitForGateway(kubectl: Kubectl): Promise<void> {
  await kubectl.run([
    "wait",
    `deploy/${GATEWAY}`,
    `--namespace=${GATEWAY_NAMESPACE}`,
    `--for=jsonpath={.status.readyReplicas}=${REPLICAS}`,
    "--timeout=120s",
  ]);
}

/** Puts right what a run that was killed may have left: nodes that take no pods, no istiod. */
export async function mendLab(kubectl: Kubectl): Promise<void> {
  await kubectl.run(["uncordon", "--selector=lab.sallyport.dev/pool=egress"]);
  await kubectl.run(["scale", "deploy/istiod", "--namespace=istio-system", "--replicas=1"]);
  await rolledOut(kubectl, "istio-system", "istiod");
}

/** Gives the gateway the certificate that mode `mutual` shows, and the authority of the hosts' own. */
export async function giveClientCertificate(kubectl: Kubectl): Promise<void> {
  const { client } = privateFiles(stateDirectory);
  const [{ namespace = "", account = "" } = {}] = clients;
  const authority = await kubectl.exec(
    namespace,
    ["cat", "/etc/ssl/certs/ca-certificates.crt"],
    `deploy/${account}`,
    "clients",
  );
  await apply(kubectl, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: CLIENT_SECRET, namespace: GATEWAY_NAMESPACE },
    stringData: {
      "tls.crt": await readFile(client.certificate, "utf8"),
      "tls.key": await readFile(client.key, "utf8"),
      "ca.crt": authority.stdout,
    },
  });
}
