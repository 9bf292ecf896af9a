import { namespaceFilter, TCP_PROXY } from "../envoy-filter.ts";
import { inCallersNamespace } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import { gatewayHost, type HostsContext } from "./context.ts";

/** What istiod names a port's listener by: where pods have IPv4, be it beside IPv6, and where they have IPv6 alone. */
const WILDCARD_ADDRESSES = ["0.0.0.0", "::"] as const;

/** What to do beside or with tcp_proxy. */
interface SidecarPatch {
  readonly operation: "INSERT_BEFORE" | "MERGE";
  readonly value: Json;
}

/** Sets fields of tcp_proxy itself. */
export function changeTcpProxy(fields: Readonly<Record<string, Json>>): SidecarPatch {
  return { operation: "MERGE", value: { typed_config: { "@type": TCP_PROXY.type, ...fields } } };
}

/** Changes how the sidecars of a namespace, or of all (`*`), pass on the connections that they take on a port. */
export function sidecarFilter(
  context: HostsContext,
  port: number,
  namespace: string,
  patches: readonly SidecarPatch[],
): Manifest {
  const configPatches = [
    ...WILDCARD_ADDRESSES.flatMap((address) =>
      patches.map(({ operation, value }) => ({
        applyTo: "NETWORK_FILTER",
        match: {
          context: "SIDECAR_OUTBOUND",
          listener: {
            name: `${address}_${port}`,
            filterChain: { filter: { name: TCP_PROXY.name } },
          },
        },
        patch: { operation, value },
      })),
    ),
    resumeSessions(context, port),
  ];
  const metadata = inCallersNamespace(context, `${context.gateway.name}-carry-${port}`, namespace);
  return namespaceFilter(metadata, configPatches);
}

/** Envoy keeps one by default, which a few connections at a time use up. */
const SESSIONS = 256;

/** Each connection of the application is a TLS connection on the hop; most can go on from an earlier one's handshake. */
function resumeSessions(context: HostsContext, port: number): Json {
  return {
    applyTo: "CLUSTER",
    match: {
      context: "SIDECAR_OUTBOUND",
      // By name: without a subset it would be those of all.
      cluster: { name: `outbound|${port}||${gatewayHost(context)}` },
    },
    patch: {
      operation: "MERGE",
      value: {
        transport_socket: {
          name: "envoy.transport_sockets.tls",
          typed_config: {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            max_session_keys: SESSIONS,
          },
        },
      },
    },
  };
}
