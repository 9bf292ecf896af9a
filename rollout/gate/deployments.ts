import type { KubeConfig } from "@kubernetes/client-node";
import { selectorOf } from "../../cluster/api.ts";
import { readObject } from "../../cluster/objects.ts";
import { unreadyPods } from "../../cluster/pods.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";
import type { Lag } from "./lag.ts";

interface Deployment {
  readonly metadata: { readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
  };
}

/** Deployments that do not run yet as they were last written, old pods that are still to end included. */
export async function unfinished(config: KubeConfig, written: readonly Manifest[]): Promise<Lag[]> {
  const deployments = written.filter(({ kind }) => kind === "Deployment");
  const lags = deployments.map(async (manifest) => {
    const live = (await readObject(config, manifest)) as unknown as Deployment | undefined;
    const why = live === undefined ? "is gone" : rolloutLag(live);
    if (why === undefined) return [];
    const fix = "see `kubectl describe` of its pods";
    const pods = await unreadyOf(config, manifest, live);
    // Old pods stay until the new ones are ready: where one is not, it is the one that lags.
    return pods.length > 0
      ? pods.map((pod) => ({ who: `${manifest.metadata.namespace}/${pod.name}`, why: pod.why, fix }))
      : [{ who: objectKey(manifest), why, fix }];
  });
  return (await Promise.all(lags)).flat();
}

/** The pods of a Deployment that are not ready; none where it selects none by labels alone. */
async function unreadyOf(config: KubeConfig, { metadata }: Manifest, live: Deployment | undefined) {
  const labels = live?.spec.selector?.matchLabels;
  return labels === undefined ? [] : unreadyPods(config, metadata.namespace ?? "", selectorOf(labels));
}

/** What a Deployment still waits for, as `kubectl rollout status` sees it. */
export function rolloutLag({
  metadata,
  spec: { replicas: wanted = 1 },
  status = {},
}: Deployment): string | undefined {
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  if (observedGeneration < (metadata.generation ?? 0)) return "has not been seen by its controller";
  if (updatedReplicas < wanted) return `has ${updatedReplicas} of ${wanted} new pods`;
  if (replicas > updatedReplicas) return `still has ${replicas - updatedReplicas} old pods`;
  if (availableReplicas < wanted) return `has ${availableReplicas} of ${wanted} pods ready`;
  return undefined;
}
