import type { Json, Manifest, PlannedObject } from "../manifest.ts";

const RBAC = "rbac.authorization.k8s.io";

/** A Role in the gateway's namespace and its RoleBinding, both of one name. */
export function planRole(
  metadata: Manifest["metadata"],
  rules: Json,
  subjects: readonly Json[],
): PlannedObject[] {
  const apiVersion = `${RBAC}/v1`;
  const roleRef = { apiGroup: RBAC, kind: "Role", name: metadata.name };
  return [
    { wave: "registry", manifest: { apiVersion, kind: "Role", metadata, rules } },
    { wave: "registry", manifest: { apiVersion, kind: "RoleBinding", metadata, roleRef, subjects } },
  ];
}

/** A group of people, as a RoleBinding names it. */
export function groupSubject(name: string): Json {
  return { kind: "Group", apiGroup: RBAC, name };
}
