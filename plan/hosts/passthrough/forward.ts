import { listenerPort } from "../../../model/values/ports.ts";
import { gatewayFilter, TCP_PROXY } from "../../envoy-filter.ts";
import { inGatewayNamespace } from "../../labels.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import { gatewayReference, type HostsContext, internalHost } from "../context.ts";
import { dnsCache, dnsCachePatch } from "../dns-cache.ts";
import { serviceEntry } from "../service-entry.ts";

/** The gateway's one upstream for a port's connections: any name, resolved when it is asked for. */
function forwardHost(context: HostsContext, port: number): string {
  return `*.${internalHost(context, `forward-${port}`)}`;
}

/**
 * The gateway's half of a port that carries TLS, shared by all its hosts: it connects to the name that the hop
 * asks for as SNI, once policy has let that name through.
 *
 * Istio takes the first tcp route of a server whatever the SNI, and repeats the policies in every filter chain, so
 * routes by host would grow with the square of their number.
 */
export function planForwardPort(context: HostsContext, port: number): PlannedObject[] {
  const metadata = inGatewayNamespace(context.gateway, `${context.gateway.name}-forward-${port}`);
  const registry = serviceEntry(metadata, {
    hosts: [forwardHost(context, port)],
    exportTo: ["."],
    resolution: "DYNAMIC_DNS",
    port,
    protocol: "tls",
  });
  return [
    { wave: "registry", manifest: registry },
    { wave: "routes", manifest: forwardByName(context, port, metadata) },
    { wave: "routes", manifest: gatewayRoute(context, port, metadata) },
  ];
}

function gatewayRoute(context: HostsContext, port: number, metadata: Manifest["metadata"]): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata,
    spec: {
      hosts: ["*"],
      exportTo: ["."],
      gateways: [gatewayReference(context)],
      tcp: [
        {
          match: [{ port }],
          route: [{ destination: { host: forwardHost(context, port), port: { number: port } } }],
        },
      ],
    },
  };
}

/**
 * Envoy's policy looks when the caller's first bytes come. Only then is the outside called, so that it sees nothing of
 * a caller without a grant; in TLS the caller always speaks first.
 */
const CONNECT_LATE: Json = {
  typed_config: {
    "@type": TCP_PROXY.type,
    upstream_connect_mode: "ON_DOWNSTREAM_DATA",
    max_early_data_bytes: 16_384,
  },
};

/**
 * Resolves the asked name at the gateway. Istio builds the cluster for this, but adds the filter to sidecars only. The
 * two share a cache by its name, and Envoy takes them only if both describe it alike: so both descriptions are ours.
 */
function forwardByName(context: HostsContext, port: number, metadata: Manifest["metadata"]): Manifest {
  const filter: Json = {
    name: "envoy.filters.network.sni_dynamic_forward_proxy",
    typed_config: {
      "@type":
        "type.googleapis.com/envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig",
      port_value: port,
      dns_cache_config: dnsCache(forwardHost(context, port)),
    },
  };
  const match: Json = {
    context: "GATEWAY",
    listener: {
      portNumber: listenerPort(port),
      filterChain: { filter: { name: TCP_PROXY.name } },
    },
  };
  return gatewayFilter(context.gateway, metadata, [
    dnsCachePatch(forwardHost(context, port)),
    { applyTo: "NETWORK_FILTER", match, patch: { operation: "INSERT_BEFORE", value: filter } },
    { applyTo: "NETWORK_FILTER", match, patch: { operation: "MERGE", value: CONNECT_LATE } },
  ]);
}
