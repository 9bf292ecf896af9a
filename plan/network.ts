import type { Mesh } from "../model/environment.ts";
import type { Json } from "./manifest.ts";

/** istiod's port for configuration and certificates over TLS. */
const ISTIOD_PORT = 15012;
const DNS_PORT = 53;
/** Where a gateway's proxy says that it is ready. */
export const READINESS_PORT = 15021;

/** TCP ports as a NetworkPolicy has them. */
export function tcp(ports: readonly number[]): Json {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

/**
 * A namespace as a NetworkPolicy's peer. The API server itself keeps this label on every namespace, equal to its name,
 * so nobody can put it on another one and there is nothing to clean up.
 */
export function namespacePeer(namespace: string, podLabels?: Readonly<Record<string, string>>): Json {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(podLabels === undefined ? {} : { podSelector: { matchLabels: podLabels } }),
  };
}

/** Egress to what answers DNS in the cluster: a policy sees the pods' own port, not the Service's. */
export function dnsRule({ dns }: Mesh): Json {
  return {
    to: [
      namespacePeer(dns.namespace, dns.podLabels),
      ...dns.cidrs.map((cidr): Json => ({ ipBlock: { cidr } })),
    ],
    ports: [...new Set([DNS_PORT, dns.port])].flatMap((port) => [
      { protocol: "UDP", port },
      { protocol: "TCP", port },
    ]),
  };
}

/** Egress to istiod, for configuration and certificates. */
export function istiodRule({ namespace }: Mesh): Json {
  return { to: [namespacePeer(namespace, { app: "istiod" })], ports: tcp([ISTIOD_PORT]) };
}
