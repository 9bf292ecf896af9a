import type { Artifacts } from "../build/artifacts.ts";
import { imageReference } from "./images.ts";
import { applyManifests, kubectl, type Manifest } from "./kubectl.ts";
import { nameService } from "./name-service.ts";

/** What a cluster needs besides its nodes: names, rights for the NetworkPolicy program, and others' kinds of object. */
export async function installAddons(artifacts: Artifacts, signal: AbortSignal): Promise<void> {
  const manifests = [...networkPolicyRights(), ...nameService(imageReference(artifacts, "coredns"))];
  await applyManifests(artifacts.bin, manifests, signal);
  for (const file of artifacts.crds) {
    await kubectl(artifacts.bin, ["apply", "--server-side", "--filename", file], { signal });
  }
}

function networkPolicyRights(): Manifest[] {
  const name = "sallyport:network-policies";
  return [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name },
      rules: [
        { apiGroups: [""], resources: ["pods", "namespaces", "nodes"], verbs: ["get", "list", "watch"] },
        { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }],
    },
  ];
}
