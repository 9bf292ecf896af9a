import { setTimeout as pause } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "../cluster/client.ts";
import { istiodsIn } from "../cluster/istiod.ts";

const PAUSE_MILLISECONDS = 1_000;

/**
 * Waits for an istiod that is ready: the API server asks one about each object of Istio's before it takes it.
 *
 * @throws ClusterError if there is none within the limit
 */
export async function requireIstiod(
  config: KubeConfig,
  namespace: string,
  limitSeconds: number,
): Promise<void> {
  const end = performance.now() + limitSeconds * 1000;
  while ((await istiodsIn(config, namespace)).length === 0) {
    if (performance.now() > end)
      throw new ClusterError(
        `the namespace ${namespace} has no istiod that is ready, and without one the API server takes nothing of ` +
          "Istio's; nothing was written",
        "bring istiod up (see the pods with the label app=istiod; mesh.namespace says where they run), and run this again",
      );
    await pause(PAUSE_MILLISECONDS);
  }
}
