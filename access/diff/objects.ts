import { isManaged } from "../../plan/labels.ts";
import { groupOf, isFields, type Json, type Manifest, objectKey } from "../../plan/manifest.ts";

/** An object that one side has and the other has not, or not so. */
export interface ObjectChange {
  /** `kind/namespace/name`. */
  readonly object: string;
  readonly apiVersion: string;
  /** Whether it has no label of ours. */
  readonly isForeign: boolean;
  /** Of a changed one: the paths of what differs, such as `spec.http[2].timeout`; sorted. */
  readonly fields: readonly string[];
}

/** The objects of which there are more, other or fewer; each list sorted by key. */
export interface ObjectsDiff {
  readonly added: readonly ObjectChange[];
  readonly changed: readonly ObjectChange[];
  readonly removed: readonly ObjectChange[];
}

/** Compares objects, by what whoever wrote them can say: what the API server notes on them is left out. */
export function objectsDiff(before: readonly Manifest[], after: readonly Manifest[]): ObjectsDiff {
  const [old, fresh] = [byIdentity(before), byIdentity(after)];
  const change = (manifest: Manifest, fields: readonly string[] = []): ObjectChange => ({
    object: objectKey(manifest),
    apiVersion: manifest.apiVersion,
    isForeign: !isManaged(manifest.metadata),
    fields,
  });
  return {
    added: [...fresh].filter(([key]) => !old.has(key)).map(([, manifest]) => change(manifest)),
    changed: [...fresh].flatMap(([key, manifest]) => {
      const was = old.get(key);
      const fields = was === undefined ? [] : differing(written(was), written(manifest), "");
      return fields.length === 0 ? [] : [change(manifest, fields)];
    }),
    removed: [...old].filter(([key]) => !fresh.has(key)).map(([, manifest]) => change(manifest)),
  };
}

/** By group, kind and name: another version of the same kind is the same object. */
function byIdentity(manifests: readonly Manifest[]): ReadonlyMap<string, Manifest> {
  const keyed = manifests.map((manifest): [string, Manifest] => [
    `${objectKey(manifest)} ${groupOf(manifest.apiVersion)}`,
    manifest,
  ]);
  return new Map(keyed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a cluster adds to the metadata of what was written. */
const NOTED = ["managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"];
const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function written({ status: _, ...manifest }: Manifest): Json {
  const metadata = Object.fromEntries(
    Object.entries(manifest.metadata).filter(([name]) => !NOTED.includes(name)),
  );
  const { annotations, ...rest } = metadata;
  if (!isFields(annotations)) return { ...manifest, metadata };
  const { [APPLIED]: _applied, ...own } = annotations;
  return { ...manifest, metadata: Object.keys(own).length === 0 ? rest : { ...rest, annotations: own } };
}

/** The paths at which two values differ; lists of another length differ as a whole. */
function differing(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isList(before) && isList(after) && before.length === after.length)
    return before.flatMap((value, index) => differing(value, after[index], `${path}[${index}]`));
  if (!isFields(before) || !isFields(after)) return [path];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    differing(before[name], after[name], path === "" ? name : `${path}.${name}`),
  );
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
