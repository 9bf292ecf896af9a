import type { Host } from "../../model/environment.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";

/**
 * Lets the gateway's account read the Secrets of its own namespace: istiod hands a certificate only to a proxy whose
 * account may list them all there. Nothing where no host names a Secret.
 */
export function planSecretAccess({ gateway }: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  if (!hosts.some(({ caSecret, clientSecret }) => (caSecret ?? clientSecret) !== undefined)) return [];
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-secrets`);
  return [
    {
      wave: "registry",
      manifest: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata,
        rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }],
      },
    },
    {
      wave: "registry",
      manifest: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
        subjects: [{ kind: "ServiceAccount", name: gateway.serviceAccount, namespace: gateway.namespace }],
      },
    },
  ];
}
