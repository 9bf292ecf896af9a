import type { Manifest } from "../../plan/manifest.ts";
import { configurationOf } from "./configuration.ts";
import type { ObjectsDiff } from "./objects.ts";

/** What a change costs. */
export interface Cost {
  readonly objects: { readonly before: number; readonly after: number };
  /** By how many bytes the configuration of the proxies grows, an estimate; those whose does not are left out. */
  readonly configuration: readonly { readonly proxies: string; readonly bytes: number }[];
  /** The Deployments whose pods are replaced one after the other, as `kind/namespace/name`. */
  readonly restarts: readonly string[];
}

/** What a change costs: objects, bytes of proxies' configuration, restarts. */
export function costOf(
  before: readonly Manifest[],
  after: readonly Manifest[],
  { changed }: ObjectsDiff,
): Cost {
  const [was, is] = [configurationOf(before), configurationOf(after)];
  const proxies = [...new Set([...was.keys(), ...is.keys()])].sort();
  return {
    objects: { before: before.length, after: after.length },
    configuration: proxies
      .map((name) => ({ proxies: name, bytes: (is.get(name) ?? 0) - (was.get(name) ?? 0) }))
      .filter(({ bytes }) => bytes !== 0),
    restarts: changed
      .filter(({ object, fields }) => object.startsWith("Deployment/") && fields.some(isOfPods))
      .map(({ object }) => object),
  };
}

function isOfPods(field: string): boolean {
  return field.startsWith("spec.template");
}
