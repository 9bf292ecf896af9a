import type { Json, Manifest } from "../../manifest.ts";

/** How the gateway speaks to an upstream: in the HTTP version that the application speaks. */
export function destinationRule(
  metadata: Manifest["metadata"],
  host: string,
  policy: Readonly<Record<string, Json>>,
): Manifest {
  const { connectionPool, ...rest } = policy as { readonly connectionPool?: Record<string, Json> };
  const http = connectionPool?.http as Record<string, Json> | undefined;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata,
    spec: {
      host,
      exportTo: ["."],
      trafficPolicy: {
        ...rest,
        connectionPool: { ...connectionPool, http: { ...http, useClientProtocol: true, idleTimeout: IDLE } },
      },
    },
  };
}

/** Servers close idle connections after a minute or more; ours go first, or a request would meet a closed one. */
const IDLE = "50s";
