import type { KubeConfig } from "@kubernetes/client-node";
import { KINDS } from "../plan/kinds.ts";
import { MANAGED } from "../plan/labels.ts";
import type { Manifest } from "../plan/manifest.ts";
import { ApiError, callApi, pathOfKind, selectorOf } from "./api.ts";
import { ClusterError } from "./client.ts";
import { appliedBy, type ManagedObject } from "./managed-fields.ts";
import { FIELD_MANAGER, type LiveObject, type Written } from "./objects.ts";

/**
 * What was written here by {@link applyObject}, of all environments, as it was written. What others deployed with the
 * same labels (the engine, Argo CD, kubectl) is not among it.
 *
 * @throws ClusterError if a kind can't be listed
 */
export async function readApplied(config: KubeConfig): Promise<Written[]> {
  const lists = await Promise.all(
    KINDS.map(async ({ apiVersion, kind }) => {
      const objects = await list(config, { apiVersion, kind }, selectorOf(MANAGED));
      // The entries of a list do not say what they are.
      return objects.flatMap((object) => {
        const manifest = appliedBy({ ...object, apiVersion, kind }, FIELD_MANAGER);
        return manifest === undefined ? [] : [{ manifest, resourceVersion: object.metadata.resourceVersion }];
      });
    }),
  );
  return lists.flat();
}

async function list(
  config: KubeConfig,
  of: Pick<Manifest, "apiVersion" | "kind">,
  labelSelector: string,
): Promise<(ManagedObject & LiveObject)[]> {
  try {
    const found = await callApi(config, { method: "GET", path: pathOfKind(of), query: { labelSelector } });
    return (found as { items: (ManagedObject & LiveObject)[] }).items;
  } catch (error) {
    // A cluster need not have every kind, such as Karpenter's.
    if (error instanceof ApiError && error.code === 404) return [];
    if (!(error instanceof ApiError)) throw error;
    const fix = "get the right to list them in all namespaces";
    throw new ClusterError(`${of.kind} objects can't be listed: ${error.message}`, fix, { cause: error });
  }
}
