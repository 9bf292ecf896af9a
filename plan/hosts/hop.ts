import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest, PlannedObject } from "../manifest.ts";
import { gatewayHost, type HostsContext } from "./context.ts";

/** The subsets of the gateway by what travels on the hop; each over mutual TLS with the workload's own identity. */
export const HTTP_SUBSET = "http";
export const TLS_SUBSET = "tls";

/**
 * The hop from a sidecar to the gateway, shared by all hosts: one DestinationRule in the gateway's own namespace (the
 * last place where Istio looks one up, so it serves a namespace that was granted a host later too) and one listener a
 * port.
 *
 * @param namespaces all namespaces that were granted a host, sorted
 */
export function planHop(context: HostsContext, namespaces: readonly string[]): PlannedObject[] {
  return [
    { wave: "registry", manifest: destinationRule(context, namespaces) },
    { wave: "routes", manifest: listeners(context) },
  ];
}

function destinationRule(context: HostsContext, namespaces: readonly string[]): Manifest {
  const { gateway } = context;
  const mutual = { mode: "ISTIO_MUTUAL" };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: inGatewayNamespace(gateway, `${gateway.name}-hop`),
    spec: {
      host: gatewayHost(context),
      exportTo: [".", ...namespaces],
      trafficPolicy: { tls: mutual },
      subsets: [
        {
          name: HTTP_SUBSET,
          trafficPolicy: { tls: mutual, connectionPool: { http: { h2UpgradePolicy: "UPGRADE" } } },
        },
        // No sni here: each connection carries the one that the application asked for.
        { name: TLS_SUBSET, trafficPolicy: { tls: mutual } },
      ],
    },
  };
}

/**
 * `./*` takes routes of this namespace alone, so nobody else's route attaches; the policies tell the hosts apart. That
 * nobody else's Gateway selects these pods is istiod's to see to (PILOT_SCOPE_GATEWAY_TO_NAMESPACE).
 */
function listeners({ gateway }: HostsContext): Manifest {
  const servers: Json[] = gateway.ports.map(({ port, protocol }) => ({
    port: { number: port, name: `${protocol}-${port}`, protocol: protocol === "http" ? "HTTPS" : "TLS" },
    hosts: ["./*"],
    tls: { mode: "ISTIO_MUTUAL" },
  }));
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: { selector: gatewaySelector(gateway.name), servers },
  };
}
