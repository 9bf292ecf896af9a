import type { Gateway, Mesh, Monitoring } from "../../model/environment.ts";
import { listenerPort } from "../../model/values/ports.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import { METRICS_PORTS } from "../metrics-ports.ts";
import { dnsRule, istiodRule, namespacePeer, READINESS_PORT, tcp } from "../network.ts";
import { collectorsOf } from "../telemetry/providers.ts";

/**
 * The policy of the gateway's own namespace: workloads may call its ports, and it may call DNS and istiod. The outside
 * is opened for it with its hosts. Its metrics tell who calls what: only the declared Prometheus may read them.
 */
export function gatewayNetworkPolicy(gateway: Gateway, mesh: Mesh, monitoring: Monitoring): Manifest {
  const ports = gateway.ports.map(({ port }) => port);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: {
      podSelector: { matchLabels: gatewaySelector(gateway.name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ namespaceSelector: {} }], ports: tcp(ports.map(listenerPort)) },
        { ports: tcp([READINESS_PORT]) },
        ...metricsRule(monitoring),
      ],
      egress: [dnsRule(mesh), istiodRule(mesh), ...collectorsOf(monitoring).map(collectorRule)],
    },
  };
}

function metricsRule({ prometheus }: Monitoring): Json[] {
  if (prometheus === undefined) return [];
  const { namespace, podLabels } = prometheus;
  return [{ from: [namespacePeer(namespace, podLabels)], ports: tcp(METRICS_PORTS) }];
}

function collectorRule({ namespace, port }: { readonly namespace: string; readonly port: number }): Json {
  return { to: [namespacePeer(namespace)], ports: tcp([port]) };
}
