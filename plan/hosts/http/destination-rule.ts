import type { Json, Manifest } from "../../manifest.ts";

type Fields = Readonly<Record<string, Json>>;

/** How the gateway speaks to an upstream, in the parts of a traffic policy. */
export interface UpstreamPolicy {
  readonly tls?: Json;
  readonly outlierDetection?: Json;
  /** Of the connection pool. */
  readonly http?: Fields;
  readonly tcp?: Fields;
}

/** Servers close idle connections after a minute or more; ours go first, or a request would meet a closed one. */
const IDLE = "50s";
/** A host that does not answer is tried again, and all tries together should not last longer than callers wait. */
const CONNECT = "5s";

/** The rule for an upstream of the gateway. */
export function destinationRule(
  metadata: Manifest["metadata"],
  host: string,
  { http, tcp, ...policy }: UpstreamPolicy,
): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata,
    spec: {
      host,
      exportTo: ["."],
      trafficPolicy: {
        ...policy,
        connectionPool: {
          http: { ...http, idleTimeout: IDLE },
          tcp: { ...tcp, connectTimeout: CONNECT },
        },
      },
    },
  };
}
