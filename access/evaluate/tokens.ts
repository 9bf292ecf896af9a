import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { RequestAuthentication } from "../manifests/specs.ts";
import { selects, type Workload } from "./policies.ts";

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
