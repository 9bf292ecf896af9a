import { inGatewayNamespace, labelsOf } from "../../labels.ts";
import type { Json, Manifest } from "../../manifest.ts";
import { type HostsContext, internalHost } from "../context.ts";
import { NO_ADDRESS, serviceEntry } from "../service-entry.ts";

/** What a sidecar's listener for a port exists for: hosts have no ServiceEntry, and TLS and TCP take one. */
export function anchorHost(context: HostsContext, port: number): string {
  return internalHost(context, `port-${port}`);
}

/**
 * Makes the sidecars listen on a port. It has no endpoints, so what no route takes is cut.
 *
 * @param namespaces the namespaces that were granted a host on this port, sorted
 */
export function anchor(
  context: HostsContext,
  port: number,
  protocol: "tls" | "tcp",
  namespaces: readonly string[],
): Manifest {
  const { gateway } = context;
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-port-${port}`, NO_ADDRESS);
  return serviceEntry(metadata, {
    hosts: [anchorHost(context, port)],
    exportTo: namespaces,
    resolution: "STATIC",
    port,
    protocol,
  });
}

/** The name that the application asked for in its own TLS handshake. */
export const ASKED_NAME = "%REQUESTED_SERVER_NAME%";
/** The address that the application called. */
export const CALLED_ADDRESS = "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%";

/**
 * Carries where a connection is to go onto the hop, as its SNI, so that the gateway's policy and log see it.
 *
 * @param destination a name, or one of Envoy's commands that gives one
 */
export function carryDestination(
  { gateway }: HostsContext,
  port: number,
  namespace: string,
  destination: string,
): Manifest {
  const filter: Json = {
    name: "envoy.filters.network.set_filter_state",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
      on_new_connection: [
        {
          object_key: "envoy.network.upstream_server_name",
          format_string: {
            text_format_source: { inline_string: destination },
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
    metadata: { name: `${gateway.name}-carry-${port}`, namespace, labels: labelsOf(gateway.name) },
    spec: {
      configPatches: WILDCARD_ADDRESSES.map((address) => beforeTcpProxy(`${address}_${port}`, filter)),
    },
  };
}

/** What istiod binds such a listener to, and names it by, where pods have IPv4 or IPv6 alone. */
const WILDCARD_ADDRESSES = ["0.0.0.0", "::"] as const;

function beforeTcpProxy(listener: string, filter: Json): Json {
  return {
    applyTo: "NETWORK_FILTER",
    match: {
      context: "SIDECAR_OUTBOUND",
      listener: { name: listener, filterChain: { filter: { name: "envoy.filters.network.tcp_proxy" } } },
    },
    patch: { operation: "INSERT_BEFORE", value: filter },
  };
}
