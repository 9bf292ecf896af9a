import { listenerPort } from "../../model/ports.ts";
import { gatewaySelector, inGatewayNamespace, labelsOf } from "../labels.ts";
import type { Json, Manifest, PlannedObject } from "../manifest.ts";
import { gatewayReference, type HostsContext } from "./context.ts";
import { serviceEntry } from "./service-entry.ts";

/** A host that stands for a TLS port: it makes the sidecars listen there, and has no address to go to. */
export function anchorHost({ gateway }: HostsContext, port: number): string {
  return `port-${port}.${gateway.name}.${gateway.namespace}.sallyport.internal`;
}

/** The gateway's one upstream for TLS: any name, resolved when it is asked for. */
function forwardHost({ gateway }: HostsContext, port: number): string {
  return `*.forward-${port}.${gateway.name}.${gateway.namespace}.sallyport.internal`;
}

/**
 * What all passthrough hosts of one port share.
 *
 * @param namespaces the namespaces that were granted a host on this port, sorted
 */
export function planPassthroughPort(
  context: HostsContext,
  port: number,
  namespaces: readonly string[],
): PlannedObject[] {
  return [
    { wave: "registry", manifest: anchor(context, port, namespaces) },
    { wave: "registry", manifest: forwardRegistry(context, port) },
    { wave: "routes", manifest: forwardByName(context, port) },
    { wave: "routes", manifest: gatewayRoute(context, port) },
    ...namespaces.map(
      (namespace): PlannedObject => ({ wave: "routes", manifest: carryName(context, port, namespace) }),
    ),
  ];
}

function anchor(context: HostsContext, port: number, namespaces: readonly string[]): Manifest {
  const { gateway } = context;
  // An address of its own would bind the listener to that address, and the applications call others.
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-port-${port}`, {
    "networking.istio.io/enable-autoallocate-ip": "false",
  });
  return serviceEntry(metadata, {
    hosts: [anchorHost(context, port)],
    exportTo: namespaces,
    resolution: "STATIC",
    port,
    protocol: "tls",
  });
}

function forwardRegistry(context: HostsContext, port: number): Manifest {
  const { gateway } = context;
  return serviceEntry(inGatewayNamespace(gateway, `${gateway.name}-forward-${port}`), {
    hosts: [forwardHost(context, port)],
    exportTo: ["."],
    resolution: "DYNAMIC_DNS",
    port,
    protocol: "tls",
  });
}

function gatewayRoute(context: HostsContext, port: number): Manifest {
  const { gateway } = context;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: inGatewayNamespace(gateway, `${gateway.name}-forward-${port}`),
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

/** Envoy keeps 1,024 names by default, and refuses a connection to one more. */
const MAX_NAMES = 65_536;

/**
 * Resolves the asked name at the gateway. Istio builds the cluster for this, but adds the filter to sidecars only. The
 * two share a cache by its name, and Envoy takes them only if both describe it alike: so both descriptions are ours.
 */
function forwardByName(context: HostsContext, port: number): Manifest {
  const { gateway } = context;
  const cache: Json = {
    name: `${forwardHost(context, port)}_dfp_dns_cache`,
    dns_lookup_family: "V4_PREFERRED",
    max_hosts: MAX_NAMES,
  };
  const filter: Json = {
    name: "envoy.filters.network.sni_dynamic_forward_proxy",
    typed_config: {
      "@type":
        "type.googleapis.com/envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig",
      port_value: port,
      dns_cache_config: cache,
    },
  };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: inGatewayNamespace(gateway, `${gateway.name}-forward-${port}`),
    spec: {
      workloadSelector: { labels: gatewaySelector(gateway.name) },
      configPatches: [
        {
          applyTo: "CLUSTER",
          match: { context: "GATEWAY", cluster: { service: forwardHost(context, port) } },
          patch: {
            operation: "MERGE",
            value: {
              cluster_type: {
                name: "envoy.clusters.dynamic_forward_proxy",
                typed_config: {
                  "@type":
                    "type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
                  dns_cache_config: cache,
                },
              },
            },
          },
        },
        beforeTcpProxy("GATEWAY", { portNumber: listenerPort(port) }, filter),
      ],
    },
  };
}

/** Carries the name that the application asked for onto the hop, so that the gateway's policy and log see it. */
function carryName({ gateway }: HostsContext, port: number, namespace: string): Manifest {
  const filter: Json = {
    name: "envoy.filters.network.set_filter_state",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
      on_new_connection: [
        {
          object_key: "envoy.network.upstream_server_name",
          format_string: {
            text_format_source: { inline_string: "%REQUESTED_SERVER_NAME%" },
            omit_empty_values: true,
          },
          // What else speaks TCP on this port keeps the name that its own route asks for.
          skip_if_empty: true,
          shared_with_upstream: "ONCE",
        },
      ],
    },
  };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: `${gateway.name}-carry-name-${port}`, namespace, labels: labelsOf(gateway.name) },
    spec: { configPatches: [beforeTcpProxy("SIDECAR_OUTBOUND", { name: `0.0.0.0_${port}` }, filter)] },
  };
}

function beforeTcpProxy(
  context: "GATEWAY" | "SIDECAR_OUTBOUND",
  listener: Record<string, Json>,
  filter: Json,
): Json {
  return {
    applyTo: "NETWORK_FILTER",
    match: {
      context,
      listener: { ...listener, filterChain: { filter: { name: "envoy.filters.network.tcp_proxy" } } },
    },
    patch: { operation: "INSERT_BEFORE", value: filter },
  };
}
