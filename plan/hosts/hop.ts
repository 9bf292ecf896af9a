import type { Host } from "../../model/environment.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { Json, PlannedObject } from "../manifest.ts";
import { gatewayHost, type HostsContext } from "./context.ts";
import { hasOwnCluster } from "./http/own-cluster.ts";

/**
 * The subsets of the gateway for requests: many on one connection of HTTP/2, or each as the application speaks.
 * Connections of TLS and TCP take the gateway itself, without a subset: each is a cluster in every sidecar for each of
 * the gateway's ports, so there is none that no host takes.
 */
export const HTTP2_SUBSET = "http2";
export const HTTP_SUBSET = "http";

/** The sidecar lets a connection go well before the gateway would, so that no request meets a closed one. */
const IDLE = "5m";

/** A pod of the gateway is near; one whose machine is gone does not answer at all, and another is tried. */
const CONNECT = { connectTimeout: "2s" } as const;

/** By least requests, Istio's default, a pod that is gone would be the favourite, second attempts included. */
const IN_TURN = { simple: "ROUND_ROBIN" } as const;

/** Each hop takes the workload's own identity. */
const mutual = { mode: "ISTIO_MUTUAL" };

function requests(name: string, protocol: Readonly<Record<string, Json>>): Json {
  return {
    name,
    trafficPolicy: {
      tls: mutual,
      connectionPool: { tcp: CONNECT, http: { ...protocol, idleTimeout: IDLE } },
      loadBalancer: IN_TURN,
    },
  };
}

/** The name of the hop's DestinationRule, in the gateway's namespace. */
export function hopName(gateway: string): string {
  return `${gateway}-hop`;
}

/**
 * The hop from a sidecar to the gateway, shared by all hosts: one DestinationRule in the gateway's own namespace (the
 * last place where Istio looks one up, so it serves a namespace that was granted a host later too).
 *
 * @param namespaces all namespaces that were granted a host, sorted
 * @param http the HTTP hosts that were granted: they tell which subsets are needed
 */
export function planHop(
  context: HostsContext,
  namespaces: readonly string[],
  http: readonly Host[],
): PlannedObject[] {
  const { gateway } = context;
  const subsets = [
    ...(http.every(hasOwnCluster) ? [] : [requests(HTTP2_SUBSET, { h2UpgradePolicy: "UPGRADE" })]),
    ...(http.some(hasOwnCluster) ? [requests(HTTP_SUBSET, { useClientProtocol: true })] : []),
  ];
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
          trafficPolicy: {
            // No sni here: each connection carries the one that the application asked for.
            tls: mutual,
            connectionPool: { tcp: CONNECT },
            loadBalancer: IN_TURN,
          },
          ...(subsets.length === 0 ? {} : { subsets }),
        },
      },
    },
  ];
}
