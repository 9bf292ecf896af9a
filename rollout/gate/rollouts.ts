import type { KubeConfig } from "@kubernetes/client-node";
import { readObject } from "../../cluster/objects.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";
import type { Lag } from "./lag.ts";

interface Deployment {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
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
    const live = await readObject(config, manifest);
    const why = live === undefined ? "is gone" : rolloutLag(live as unknown as Deployment);
    if (why === undefined) return [];
    const fix = "see `kubectl describe` of its pods";
    return [{ who: objectKey(manifest), why, fix }];
  });
  return (await Promise.all(lags)).flat();
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
