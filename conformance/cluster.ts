import type { Kubectl } from "../walk/kubectl.ts";
import { LAB_IMAGE, startClients } from "../walk/workloads.ts";
import { ACCOUNTS, NAMESPACES } from "./declarations.ts";

const callers = NAMESPACES.flatMap((namespace) => ACCOUNTS.map((account) => ({ namespace, account })));

/** Makes the callers, a pod for each account, and waits until they run. */
export async function makeCallers(kubectl: Kubectl): Promise<void> {
  await startClients(kubectl, LAB_IMAGE, callers);
}

/** Takes the callers away, and waits until they are gone. */
export async function removeCallers(kubectl: Kubectl): Promise<void> {
  await kubectl.run(["delete", "namespace", ...NAMESPACES, "--ignore-not-found", "--timeout=120s"]);
}
