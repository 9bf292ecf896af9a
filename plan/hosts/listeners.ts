import type { Host } from "../../model/environment.ts";
import { HTTP_PORT, listenerPort } from "../../model/values/ports.ts";
import { gatewayFilter, HTTP_CONNECTION_MANAGER, mergeInto } from "../envoy-filter.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Json, Manifest, PlannedObject } from "../manifest.ts";
import type { HostsContext } from "./context.ts";
import { RATE_LIMIT_FILTER } from "./http/rate-limit.ts";

/**
 * What the gateway listens on, one listener a port for all hosts, and how it reads HTTP there.
 *
 * `./*` takes routes of this namespace alone, so nobody else's route attaches; the policies tell the hosts apart. That
 * nobody else's Gateway selects these pods is istiod's to see to (PILOT_SCOPE_GATEWAY_TO_NAMESPACE).
 */
export function planListeners(context: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const { gateway } = context;
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-listeners`);
  const patches = [BALANCED, ...httpPatches(context, hosts)];
  return [
    { wave: "routes", manifest: listeners(context) },
    { wave: "routes", manifest: gatewayFilter(gateway, metadata, patches) },
  ];
}

/**
 * Each worker thread is given as many connections as the others. The hop's are few and long, as each carries many
 * requests: left to the kernel, a thread may have them all while others idle.
 */
const BALANCED: Json = {
  applyTo: "LISTENER",
  match: { context: "GATEWAY" },
  patch: { operation: "MERGE", value: { connection_balance_config: { exact_balance: {} } } },
};

function listeners({ gateway }: HostsContext): Manifest {
  const servers: Json[] = gateway.ports.map(({ port, protocol }) => ({
    port: { number: port, name: `${protocol}-${port}`, protocol: protocol === "tls" ? "TLS" : "HTTPS" },
    hosts: ["./*"],
    tls: { mode: "ISTIO_MUTUAL" },
  }));
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: { selector: gatewaySelector(gateway.name), servers },
  };
}

function httpPatches({ gateway }: HostsContext, hosts: readonly Host[]): Json[] {
  const http = gateway.ports.filter(({ protocol }) => protocol === "http").map(({ port }) => port);
  const limited = hosts.some(({ rateLimit }) => rateLimit !== undefined);
  return [...http.map(connectionManager), ...(limited ? http.map(rateLimitFilter) : [])];
}

/**
 * Sidecars take 100 headers of a request, Envoy's default, and add some: what they let through is not too much here, so
 * that it is they who refuse, with 431.
 */
const MAX_HEADERS = 150;

function connectionManager(port: number): Json {
  return mergeInto(
    HTTP_CONNECTION_MANAGER,
    {
      common_http_protocol_options: { max_headers_count: MAX_HEADERS },
      // An upgrade, such as WebSocket's, comes over HTTP/2 as an extended CONNECT (RFC 8441).
      http2_protocol_options: { allow_connect: true },
      // A shared cluster connects to the authority's port, and by TLS to 443 only where it names none.
      ...(port === HTTP_PORT ? { strip_any_host_port: true } : {}),
    },
    { portNumber: listenerPort(port) },
  );
}

function rateLimitFilter(port: number): Json {
  return {
    applyTo: "HTTP_FILTER",
    match: {
      context: "GATEWAY",
      listener: {
        portNumber: listenerPort(port),
        filterChain: {
          filter: { name: HTTP_CONNECTION_MANAGER.name, subFilter: { name: "envoy.filters.http.router" } },
        },
      },
    },
    patch: { operation: "INSERT_BEFORE", value: RATE_LIMIT_FILTER },
  };
}
