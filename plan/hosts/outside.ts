import type { Host } from "../../model/environment.ts";
import { PROTOCOLS } from "../../model/protocols.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, PlannedObject } from "../manifest.ts";
import { tcp } from "../network.ts";
import type { HostsContext } from "./context.ts";
import { upstreamPort } from "./http/upstream.ts";

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

/**
 * Lets the gateway's pods call the outside on the ports that its hosts have, but no private or metadata address unless
 * that range is declared: a name that resolves to one (DNS rebinding) leads nowhere. Nothing without a host.
 */
export function planOutside({ gateway }: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const ports = [...new Set(hosts.map(portOutside))].sort((a, b) => a - b);
  if (ports.length === 0) return [];
  const to: Json = [
    ...Object.entries(NOT_OUTSIDE).map(([cidr, except]) => ({ ipBlock: { cidr, except } })),
    ...gateway.reachPrivate.map((cidr) => ({ ipBlock: { cidr } })),
  ];
  return [
    {
      wave: "registry",
      manifest: {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: inGatewayNamespace(gateway, `${gateway.name}-outside`),
        spec: {
          podSelector: { matchLabels: gatewaySelector(gateway.name) },
          policyTypes: ["Egress"],
          egress: [{ to, ports: tcp(ports) }],
        },
      },
    },
  ];
}

function portOutside(host: Host): number {
  return PROTOCOLS[host.mode] === "http" ? upstreamPort(host) : host.port;
}
