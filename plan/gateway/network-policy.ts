import type { Gateway, Mesh } from "../../model/environment.ts";
import { listenerPort } from "../../model/ports.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import { dnsRule, istiodRule, READINESS_PORT, tcp } from "../network.ts";

const METRICS_PORTS = [15020, 15090] as const;

/**
 * The policy of the gateway's own namespace: workloads may call its ports, and it may call DNS and istiod. The outside
 * is opened for it with its hosts.
 */
export function gatewayNetworkPolicy(gateway: Gateway, mesh: Mesh): Manifest {
  const ports = gateway.ports.map(({ port }) => port);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: {
      podSelector: { matchLabels: gatewaySelector(gateway.name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ namespaceSelector: {} }], ports: tcp([...ports.map(listenerPort), ...METRICS_PORTS]) },
        { ports: tcp([READINESS_PORT]) },
      ],
      egress: [dnsRule(mesh), istiodRule(mesh)],
    },
  };
}
