import { isFields, type Json, type Manifest } from "../plan/manifest.ts";

type Fields = { readonly [key: string]: Fields };

/** An object with the record of who wrote what of it (Kubernetes' FieldsV1). */
export interface ManagedObject extends Manifest {
  readonly metadata: Manifest["metadata"] & {
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly operation?: string;
      readonly subresource?: string;
      readonly fieldsV1?: Fields;
    }[];
  };
}

/**
 * What of an object a field manager applied: its manifest as it was last written, without defaults and without what
 * others added, but with what others changed since.
 *
 * @returns undefined where that manager applied nothing
 */
export function appliedBy(object: ManagedObject, manager: string): Manifest | undefined {
  const entry = object.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined,
  );
  if (entry?.fieldsV1 === undefined) return undefined;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const applied = pick(object as unknown as Json, entry.fieldsV1) as Manifest;
  return {
    ...applied,
    apiVersion,
    kind,
    metadata: { ...applied.metadata, name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** What of an object's content somebody wrote, such as `spec.rules`. */
interface ForeignFields {
  readonly manager: string;
  readonly fields: readonly string[];
}

/** Who else wrote what of an object's content; its metadata, its status and how often it is scaled are not that. */
export function fieldsOfOthers({ metadata }: ManagedObject, own: string): ForeignFields[] {
  return (metadata.managedFields ?? []).flatMap(({ manager = "", subresource, fieldsV1 = {} }) => {
    if (manager === own || subresource !== undefined) return [];
    const fields = Object.entries(fieldsV1)
      .filter(([field]) => !["f:metadata", "f:status"].includes(field))
      .flatMap(([field, of]) => {
        const inner = Object.keys(of).filter((key) => key.startsWith("f:"));
        return inner.length === 0 ? [field] : inner.map((key) => `${field}.${key}`);
      })
      .map((path) => path.replaceAll("f:", ""));
    return fields.length === 0 ? [] : [{ manager, fields }];
  });
}

/** `.` stands for the thing itself, `f:` for a map's key, `k:` for a list's entry by its keys, `v:` by its value. */
function pick(value: Json, fields: Fields): Json {
  const inner = Object.entries(fields).filter(([field]) => field !== ".");
  if (inner.length === 0) return "." in fields ? emptied(value) : value;
  if (isList(value)) return value.flatMap((entry) => pickEntry(entry, inner));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    inner.flatMap(([field, of]) => {
      const key = field.slice("f:".length);
      const found = value[key];
      return found === undefined ? [] : [[key, pick(found, of)]];
    }),
  );
}

function pickEntry(entry: Json, fields: readonly (readonly [string, Fields])[]): Json[] {
  const found = fields.find(([field]) =>
    isMeant(entry, JSON.parse(field.slice("k:".length)), field[0] === "k"),
  );
  return found === undefined ? [] : [pick(entry, found[1])];
}

function isMeant(entry: Json, wanted: Json, byKeys: boolean): boolean {
  if (!byKeys) return JSON.stringify(entry) === JSON.stringify(wanted);
  return (
    isFields(entry) &&
    isFields(wanted) &&
    Object.entries(wanted).every(([key, value]) => entry[key] === value)
  );
}

function emptied(value: Json): Json {
  if (isList(value)) return [];
  return isFields(value) ? {} : value;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
