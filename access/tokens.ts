import type { MeshSettings } from "./mesh.ts";
import { selects, type Workload } from "./policies.ts";
import type { Objects, Read } from "./read.ts";
import type { RequestAuthentication } from "./specs.ts";

/** What says whose tokens a gateway takes. */
export function authenticationsOf(
  objects: Objects,
  workload: Workload,
  { rootNamespace }: MeshSettings,
): Read<RequestAuthentication>[] {
  return objects("RequestAuthentication").filter((one) => selects(one, workload, rootNamespace));
}

/** Whose tokens they take. */
export function issuersIn(authentications: readonly Read<RequestAuthentication>[]): string[] {
  return authentications.flatMap(({ spec }) => (spec.jwtRules ?? []).map(({ issuer }) => issuer));
}
