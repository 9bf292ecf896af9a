import { CollisionError } from "./collision.ts";

/** Plain data as YAML and JSON have it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Whether a value is a map of fields. */
export function isFields(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The API group of an apiVersion; empty for Kubernetes' own. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}

/** A Kubernetes object as it is written to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: Json;
}

/**
 * The order in which objects are written; removal goes the other way. Each wave only uses what the waves before it
 * brought, so that at no moment more is reachable than before or after.
 *
 * - foundation: what all else stands in, the nodes and the gateway's namespace
 * - guard: what must hold before a gateway runs: its deny-all and network policies, identity and log
 * - gateway: the gateway itself
 * - registry: what a route may name (ServiceEntry, DestinationRule), and the route of a listener yet to come
 * - routes: listeners, routes and policies at the gateway
 * - mesh: what turns the applications' sidecars towards the gateway
 * - lockdown: what closes every other way
 * - answers: policies that let a request through to a route that refuses it. Policy and route would be open together
 *   where one of the two is old and the other new, so these come after all else, and go before
 */
export const WAVES = [
  "foundation",
  "guard",
  "gateway",
  "registry",
  "routes",
  "mesh",
  "lockdown",
  "answers",
] as const;
/** One of {@link WAVES}. */
export type Wave = (typeof WAVES)[number];

/** An object, and when it is written. */
export interface PlannedObject {
  readonly wave: Wave;
  readonly manifest: Manifest;
}

/** Tells an object from all others of a cluster, those of its kind in another API group included. */
export function identityOf(manifest: Manifest): string {
  return `${manifest.apiVersion} ${objectKey(manifest)}`;
}

/**
 * The waves' objects in rollout order; inside a wave the planner's own order stands.
 *
 * @throws CollisionError naming two objects that are one to a cluster
 */
export function inRolloutOrder(objects: readonly PlannedObject[]): PlannedObject[] {
  const seen = new Set<string>();
  for (const { manifest } of objects) {
    const identity = identityOf(manifest);
    if (seen.has(identity)) throw new CollisionError("two declarations", identity);
    seen.add(identity);
  }
  return WAVES.flatMap((wave) => objects.filter((object) => object.wave === wave));
}

/** A stable key for an object: `kind/namespace/name`, or `kind/name` for what has no namespace. */
export function objectKey({ kind, metadata: { namespace, name } }: Manifest): string {
  return [kind, namespace, name].filter((part) => part !== undefined).join("/");
}
