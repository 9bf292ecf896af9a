import type { KubeConfig } from "@kubernetes/client-node";
import { fieldsOfOthers } from "../cluster/managed-fields.ts";
import { FIELD_MANAGER, readObject } from "../cluster/objects.ts";
import { type Manifest, objectKey } from "../plan/manifest.ts";

/**
 * What goes with an object that somebody else has changed, such as `AuthorizationPolicy/egress/a is removed with fields
 * of others: kubectl-edit has spec.rules`; undefined where nobody has.
 */
export async function takenOverLine(config: KubeConfig, manifest: Manifest): Promise<string | undefined> {
  const live = await readObject(config, manifest);
  const others = live === undefined ? [] : fieldsOfOthers(live, FIELD_MANAGER);
  if (others.length === 0) return undefined;
  const named = others.map(({ manager, fields }) => `${manager} has ${fields.join(", ")}`);
  return `${objectKey(manifest)} is removed with fields of others: ${named.join("; ")}`;
}
