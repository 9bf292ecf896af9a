import { stringify } from "yaml";
import { objectKey, type PlannedObject } from "../plan/manifest.ts";

/** A file of rendered manifests. */
interface RenderedFile {
  /** Such as `007-routes-gateway-egress-egress.yaml`; sorting by name gives the rollout order. */
  readonly name: string;
  readonly text: string;
}

/** All objects as one stream of YAML documents, in rollout order. */
export function renderStream(objects: readonly PlannedObject[]): string {
  return objects.map((object) => `---\n${yaml(object)}`).join("");
}

/** One file an object, numbered in rollout order. */
export function renderFiles(objects: readonly PlannedObject[]): RenderedFile[] {
  const digits = Math.max(3, String(objects.length).length);
  return objects.map((object, index) => ({
    name: `${String(index + 1).padStart(digits, "0")}-${object.wave}-${objectKey(object.manifest).toLowerCase().replaceAll("/", "-")}.yaml`,
    text: yaml(object),
  }));
}

function yaml({ manifest }: PlannedObject): string {
  return stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });
}
