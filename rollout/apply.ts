import type { ClusterAccess } from "../cluster/access.ts";
import { connect } from "../cluster/client.ts";
import { markNodes, unmarkNodes } from "../cluster/nodes.ts";
import { applyObject, removeObject } from "../cluster/objects.ts";
import { type Manifest, objectKey, type PlannedObject } from "../plan/manifest.ts";
import { recordIn } from "../plan/nodes/marks.ts";

/**
 * Writes planned objects in rollout order, then removes what an earlier plan had and this one has not, the other way
 * round. Running it again finishes what an interrupted run began.
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
  for (const { manifest } of objects) {
    await applyObject(config, manifest);
    const record = recordIn(manifest);
    if (record !== undefined) await markNodes(access, record);
  }
  const kept = new Set(objects.map(({ manifest }) => identity(manifest)));
  await removeObjects(
    access,
    before.filter(({ manifest }) => !kept.has(identity(manifest))),
  );
}

/** Removes planned objects, the last first: lockdown goes before the routes, the routes before the gateway. */
export async function removeObjects(access: ClusterAccess, objects: readonly PlannedObject[]): Promise<void> {
  const config = connect(access);
  for (const { manifest } of [...objects].reverse()) {
    const record = recordIn(manifest);
    if (record !== undefined) await unmarkNodes(access, record);
    await removeObject(config, manifest);
  }
}

function identity(manifest: Manifest): string {
  return `${manifest.apiVersion} ${objectKey(manifest)}`;
}
