import type { Gateway, Mesh } from "../../model/environment.ts";
import { listenerPort } from "../../model/ports.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import { dnsRule, istiodRule, READINESS_PORT, tcp } from "../network.ts";

/** Ranges that are not the outside: private, shared, loopback, link-local with the clouds' metadata, multicast, reserved. */
const NOT_OUTSIDE: Readonly<Record<"0.0.0.0/0" | "::/0", readonly string[]>> = {
  "0.0.0.0/0": [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
  ],
  // IPv4 in IPv6 clothes (compatible, NAT64, Teredo, 6to4) would lead round the ranges above.
  "::/0": [
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
  ],
};

const METRICS_PORTS = [15020, 15090] as const;

/**
 * The policy of the gateway's own namespace: workloads may call its ports, and it may call DNS, istiod, and the
 * outside on the declared ports, but no private or metadata address unless that range is declared.
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
      egress: [
        dnsRule(mesh),
        istiodRule(mesh),
        { to: outside(), ports: tcp(ports) },
        ...(gateway.reachPrivate.length === 0
          ? []
          : [{ to: gateway.reachPrivate.map((cidr) => ({ ipBlock: { cidr } })), ports: tcp(ports) }]),
      ],
    },
  };
}

function outside(): Json {
  return Object.entries(NOT_OUTSIDE).map(([cidr, except]) => ({ ipBlock: { cidr, except } }));
}
