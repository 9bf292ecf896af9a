import type { z } from "zod";
import { groupOf, isFields, type Json, type Manifest, objectKey } from "../../plan/manifest.ts";
import { GROUPS, type Kinds, SPECS } from "./specs.ts";

/** An object with what is read of it. */
export interface Read<Spec> {
  /** Its `kind/namespace/name`, or `kind/name`. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Spec;
}

/** The objects of some manifests, by kind. */
export type Objects = <K extends keyof Kinds>(kind: K) => readonly Read<Kinds[K]>[];

/** Sorts manifests by kind once. One whose spec is not of its kind's form is left out; {@link faultOf} says why. */
export function readObjects(manifests: readonly Manifest[]): Objects {
  const kinds = Map.groupBy(manifests, ({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`);
  const read = new Map<string, readonly Read<unknown>[]>();
  return <K extends keyof Kinds>(kind: K) => {
    const known =
      read.get(kind) ?? (kinds.get(`${GROUPS[kind]}/${kind}`) ?? []).flatMap((one) => readObject(kind, one));
    read.set(kind, known);
    return known as readonly Read<Kinds[K]>[];
  };
}

/** Whether an object with this exportTo is seen in a namespace; without one everybody sees it. */
export function isSeenIn(
  namespace: string,
  { namespace: home, spec }: Read<{ readonly exportTo?: readonly string[] | undefined }>,
): boolean {
  const to = spec.exportTo ?? [];
  return to.length === 0 || to.some((one) => one === "*" || (one === "." ? home : one) === namespace);
}

/** The Service that a full name is of, whatever the cluster's domain: `web.news.svc.cluster.local`. */
export function serviceNamed(objects: Objects, host: string): Read<Kinds["Service"]> | undefined {
  return objects("Service").find(({ name, namespace }) => host.startsWith(`${name}.${namespace}.svc.`));
}

/** The kind by which an object is read, or undefined where it is of none that is. */
export function kindRead({
  apiVersion,
  kind,
}: Pick<Manifest, "apiVersion" | "kind">): keyof Kinds | undefined {
  return isKind(kind) && GROUPS[kind] === groupOf(apiVersion) ? kind : undefined;
}

/** Where a spec is not of its kind's form, or undefined where it is: `spec.hosts: …`. */
export function faultOf(kind: keyof Kinds, { spec }: Manifest): string | undefined {
  const [issue] = parsed(kind, spec).error?.issues ?? [];
  return issue && `${["spec", ...issue.path].join(".")}: ${issue.message}`;
}

function isKind(kind: string): kind is keyof Kinds {
  return Object.hasOwn(SPECS, kind);
}

function readObject(kind: keyof Kinds, manifest: Manifest): Read<unknown>[] {
  const { metadata, spec } = manifest;
  const { success, data } = parsed(kind, spec);
  if (!success) return [];
  const { name, namespace = "" } = metadata;
  // A file may have nothing behind the key, which is null.
  const [annotations, labels] = [metadata.annotations ?? {}, metadata.labels ?? {}];
  return [{ key: objectKey(manifest), name, namespace, annotations, labels, spec: data }];
}

/** Specs that were read before: many questions are asked of the same manifests. */
const known = new WeakMap<object, ReturnType<typeof parse>>();

function parsed(kind: keyof Kinds, spec: Json = {}): ReturnType<typeof parse> {
  if (!isFields(spec)) return parse(kind, spec);
  const found = known.get(spec) ?? parse(kind, spec);
  known.set(spec, found);
  return found;
}

function parse(kind: keyof Kinds, spec: Json): z.ZodSafeParseResult<unknown> {
  return SPECS[kind].safeParse(spec);
}
