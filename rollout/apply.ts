import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "../cluster/access.ts";
import { connect } from "../cluster/client.ts";
import { markNodes, unmarkNodes } from "../cluster/nodes.ts";
import { applyObject, removeObject } from "../cluster/objects.ts";
import type { Manifest, PlannedObject } from "../plan/manifest.ts";
import { recordIn } from "../plan/nodes/marks.ts";
import { stagesBetween } from "./stages.ts";

/**
 * Changes a cluster from one plan to another, in stages: first old and new side by side, then the new alone. Running it
 * again finishes what an interrupted run began.
 *
 * @param before the objects of the plan that was applied before, empty for none
 * @throws ClusterError naming the object that the cluster did not take
 */
export async function applyObjects(
  access: ClusterAccess,
  objects: readonly PlannedObject[],
  before: readonly PlannedObject[] = [],
): Promise<void> {
  const config = connect(access);
  for (const { write, remove } of stagesBetween(before, objects)) {
    for (const manifest of write) await put(config, access, manifest);
    for (const manifest of remove) await take(config, access, manifest);
  }
}

/** Removes planned objects: the sidecars' routes go before lockdown, and both before the gateway. */
export function removeObjects(access: ClusterAccess, objects: readonly PlannedObject[]): Promise<void> {
  return applyObjects(access, [], objects);
}

async function put(config: KubeConfig, access: ClusterAccess, manifest: Manifest): Promise<void> {
  await applyObject(config, manifest);
  const record = recordIn(manifest);
  if (record !== undefined) await markNodes(access, record);
}

async function take(config: KubeConfig, access: ClusterAccess, manifest: Manifest): Promise<void> {
  const record = recordIn(manifest);
  if (record !== undefined) await unmarkNodes(access, record);
  await removeObject(config, manifest);
}
