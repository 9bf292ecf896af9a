import { ClusterError } from "../cluster/client.ts";
import type { Written } from "../cluster/objects.ts";
import { ENVIRONMENT_LABEL } from "../plan/labels.ts";
import { type Manifest, objectKey, type PlannedObject } from "../plan/manifest.ts";

/** Marks an object as written for an environment, so that it is found again, and no other environment takes it. */
export function ownedBy(environment: string, { wave, manifest }: PlannedObject): PlannedObject {
  const { metadata } = manifest;
  const labels = { ...metadata.labels, [ENVIRONMENT_LABEL]: environment };
  return { wave, manifest: { ...manifest, metadata: { ...metadata, labels } } };
}

/**
 * What of the objects that were applied to a cluster is an environment's.
 *
 * @throws ClusterError if another environment has an object that this one wants
 */
export function ownObjects(
  environment: string,
  applied: readonly Written[],
  wanted: readonly PlannedObject[],
): Written[] {
  const keys = new Set(wanted.map(({ manifest }) => objectKey(manifest)));
  for (const { manifest } of applied) {
    const owner = ownerOf(manifest);
    if (owner !== undefined && owner !== environment && keys.has(objectKey(manifest)))
      throw new ClusterError(
        `${objectKey(manifest)} belongs to the environment ${owner}`,
        `name another namespace or gateway, or take it out of ${owner}`,
      );
  }
  return applied.filter(({ manifest }) => ownerOf(manifest) === environment);
}

function ownerOf({ metadata }: Manifest): string | undefined {
  return metadata.labels?.[ENVIRONMENT_LABEL];
}
