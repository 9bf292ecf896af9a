import type { ClusterAccess } from "../cluster/access.ts";
import { connect } from "../cluster/client.ts";
import { applyObject } from "../cluster/objects.ts";
import type { PlannedObject } from "../plan/manifest.ts";

/** Writes objects by server-side apply, one after the other as they stand, and waits for no proxy. */
export async function writeObjects(access: ClusterAccess, objects: readonly PlannedObject[]): Promise<void> {
  const config = connect(access);
  for (const { manifest } of objects) await applyObject(config, manifest);
}
