import { inGatewayNamespace } from "../labels.ts";
import type { PlannedObject } from "../manifest.ts";
import { gatewayHost, type HostsContext } from "./context.ts";

/**
 * The subsets of the gateway by what the sidecar passes on: requests, or connections of TLS and TCP; each over mutual
 * TLS with the workload's own identity.
 */
export const HTTP_SUBSET = "http";
export const CONNECTION_SUBSET = "tls";

/** The sidecar lets a connection go well before the gateway would, so that no request meets a closed one. */
const IDLE = "5m";

/** A pod of the gateway is near; one whose machine is gone does not answer at all, and another is tried. */
const CONNECT = { connectTimeout: "2s" } as const;

/** The name of the hop's DestinationRule, in the gateway's namespace. */
export function hopName(gateway: string): string {
  return `${gateway}-hop`;
}

/**
 * The hop from a sidecar to the gateway, shared by all hosts: one DestinationRule in the gateway's own namespace (the
 * last place where Istio looks one up, so it serves a namespace that was granted a host later too).
 *
 * @param namespaces all namespaces that were granted a host, sorted
 */
export function planHop(context: HostsContext, namespaces: readonly string[]): PlannedObject[] {
  const { gateway } = context;
  const mutual = { mode: "ISTIO_MUTUAL" };
  return [
    {
      wave: "registry",
      manifest: {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: inGatewayNamespace(gateway, hopName(gateway.name)),
        spec: {
          host: gatewayHost(context),
          exportTo: namespaces.includes("*") ? ["*"] : [".", ...namespaces],
          trafficPolicy: { tls: mutual },
          subsets: [
            {
              name: HTTP_SUBSET,
              trafficPolicy: {
                tls: mutual,
                // In the application's own HTTP version: WebSocket takes HTTP/1.1, gRPC takes HTTP/2.
                connectionPool: { tcp: CONNECT, http: { useClientProtocol: true, idleTimeout: IDLE } },
              },
            },
            {
              name: CONNECTION_SUBSET,
              trafficPolicy: {
                // No sni here: each connection carries the one that the application asked for.
                tls: mutual,
                connectionPool: { tcp: CONNECT },
                // By least requests, Istio's default, a pod that is gone would be the favourite, second attempts included.
                loadBalancer: { simple: "ROUND_ROBIN" },
              },
            },
          ],
        },
      },
    },
  ];
}
