import type { Host } from "../../model/environment.ts";
import { covers } from "../../model/values/network.ts";
import { METADATA, NOT_OUTSIDE } from "../../model/values/outside.ts";
import { PROTOCOLS } from "../../model/values/protocols.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, PlannedObject } from "../manifest.ts";
import { tcp } from "../network.ts";
import type { HostsContext } from "./context.ts";
import { upstreamPort } from "./http/upstream.ts";

/**
 * Lets the gateway's pods call the outside on the ports that its hosts have, but no private or metadata address unless
 * that range is declared: a name that resolves to one (DNS rebinding) leads nowhere. Nothing without a host.
 */
export function planOutside({ gateway }: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const ports = [...new Set(hosts.map(portOutside))].sort((a, b) => a - b);
  if (ports.length === 0) return [];
  const to: Json = [
    ...Object.entries(NOT_OUTSIDE).map(([cidr, except]) => ({ ipBlock: { cidr, except } })),
    ...gateway.reachPrivate.map((cidr) => ({ ipBlock: withoutMetadata(cidr) })),
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

/** A range that is opened, but for the metadata services in it. One that is such a service was meant. */
function withoutMetadata(cidr: string): Json {
  const except = METADATA.filter((range) => range !== cidr && covers([cidr], range));
  return { cidr, ...(except.length === 0 ? {} : { except }) };
}

function portOutside(host: Host): number {
  return PROTOCOLS[host.mode] === "http" ? upstreamPort(host) : host.port;
}
