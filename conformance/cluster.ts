import type { Manifest } from "../plan/manifest.ts";
import type { Kubectl } from "../walk/kubectl.ts";
import { LAB_IMAGE } from "../walk/walk-004.ts";
import { sleep } from "../walk/workloads.ts";
import { ACCOUNTS, NAMESPACES } from "./declarations.ts";

const callers = NAMESPACES.flatMap((namespace) => ACCOUNTS.map((account) => ({ namespace, account })));

/** Makes the callers, a pod for each account, and waits until they run. */
export async function makeCallers(kubectl: Kubectl): Promise<void> {
  const manifests: Manifest[] = [
    ...NAMESPACES.map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "istio-injection": "enabled" } },
    })),
    ...callers.flatMap(({ namespace, account }) => [
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } },
      sleep(namespace, LAB_IMAGE, { name: account, serviceAccount: account }),
    ]),
  ];
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  await kubectl.run(["apply", "-f", "-"], JSON.stringify(list));
  for (const { namespace, account } of callers)
    await kubectl.run([
      "rollout",
      "status",
      `deploy/${account}`,
      `--namespace=${namespace}`,
      "--timeout=120s",
    ]);
}

/** Takes the callers away, and waits until they are gone. */
export async function removeCallers(kubectl: Kubectl): Promise<void> {
  await kubectl.run(["delete", "namespace", ...NAMESPACES, "--ignore-not-found", "--timeout=120s"]);
}
