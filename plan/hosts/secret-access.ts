import type { Host } from "../../model/environment.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";
import { planRole } from "./role.ts";

/**
 * Lets the gateway's account read the Secrets of its own namespace: istiod hands a certificate only to a proxy whose
 * account may list them all there. Nothing where no host names a Secret.
 */
export function planSecretAccess({ gateway }: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  if (!hosts.some(({ caSecret, clientSecret }) => (caSecret ?? clientSecret) !== undefined)) return [];
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-secrets`);
  return planRole(
    metadata,
    [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }],
    [{ kind: "ServiceAccount", name: gateway.serviceAccount, namespace: gateway.namespace }],
  );
}
