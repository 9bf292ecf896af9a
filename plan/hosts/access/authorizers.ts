import type { Authorizer, Host } from "../../../model/environment.ts";
import { gatewaySelector, inGatewayNamespace } from "../../labels.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import { namespacePeer, tcp } from "../../network.ts";
import type { HostsContext } from "../context.ts";
import { perListener } from "./host-match.ts";
import { ANY_REQUEST, policyRule } from "./policy-rule.ts";

/**
 * The external authorizers that hosts name: a policy by which Envoy asks one about each of their requests, and the way
 * there for the gateway's pods. What an authorizer lets through, the rules still have to allow. How it is asked stands
 * in the mesh's extensionProviders, which are not ours.
 */
export function planAuthorizers(
  context: HostsContext,
  authorizers: readonly Authorizer[],
  hosts: readonly Host[],
): PlannedObject[] {
  return authorizers.flatMap((authorizer): PlannedObject[] => {
    const asking = hosts.filter((host) => host.authorizer === authorizer.name);
    if (asking.length === 0) return [];
    return [
      { wave: "guard", manifest: way(context, authorizer) },
      { wave: "guard", manifest: question(context, authorizer, asking) },
    ];
  });
}

/** What the policy by which a gateway asks an authorizer is called, and the way there. */
export function askingName(gateway: string, authorizer: string): string {
  return `${gateway}-ask-${authorizer}`;
}

function question(context: HostsContext, { name }: Authorizer, hosts: readonly Host[]): Manifest {
  const { gateway } = context;
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: inGatewayNamespace(gateway, askingName(gateway.name, name)),
    spec: {
      selector: { matchLabels: gatewaySelector(gateway.name) },
      action: "CUSTOM",
      provider: { name },
      rules: perListener(hosts).map(
        (alike): Json => policyRule(context, alike, { from: [], except: [] }, ANY_REQUEST),
      ),
    },
  };
}

function way({ gateway }: HostsContext, { name, service, port }: Authorizer): Manifest {
  const [, namespace = ""] = service.split(".");
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: inGatewayNamespace(gateway, askingName(gateway.name, name)),
    spec: {
      podSelector: { matchLabels: gatewaySelector(gateway.name) },
      policyTypes: ["Egress"],
      egress: [{ to: [namespacePeer(namespace)], ports: tcp([port]) }],
    },
  };
}
