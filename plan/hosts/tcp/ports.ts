import { listenerPort } from "../../../model/values/ports.ts";
import { gatewayFilter, HTTP_CONNECTION_MANAGER } from "../../envoy-filter.ts";
import { inGatewayNamespace } from "../../labels.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import { anchor } from "../anchor.ts";
import type { HostsContext } from "../context.ts";
import { namespacesByPort, type Shard } from "../shards.ts";
import { changeTcpProxy, sidecarFilter } from "../sidecar-filter.ts";

/** What the TCP hosts of each port share, at the gateway and in the namespaces that were granted one. */
export function planTcpPorts(context: HostsContext, shards: readonly Shard[]): PlannedObject[] {
  return namespacesByPort(shards).flatMap(([port, namespaces]) => [
    { wave: "registry", manifest: anchor(context, port, "tcp", namespaces) },
    { wave: "routes", manifest: takeConnect(context, port) },
    ...namespaces.map((namespace): PlannedObject => {
      const destination = destinationOf(shards, port, namespace);
      return { wave: "routes", manifest: askForConnect(context, port, namespace, destination) };
    }),
  ]);
}

/** The address that the application called, with its port. */
const CALLED_ADDRESS = "%DOWNSTREAM_LOCAL_ADDRESS%";

/** A namespace has either one TCP host by name on a port, or several by address: declarations are checked for that. */
function destinationOf(shards: readonly Shard[], port: number, namespace: string): string {
  const named = shards.find(
    (shard) =>
      shard.port === port &&
      (namespace === "*" || shard.namespaces.includes(namespace)) &&
      shard.settings.addresses === undefined,
  );
  return named === undefined ? CALLED_ADDRESS : `${named.hosts[0].host}:${port}`;
}

/** The sidecars' half: a connection becomes a CONNECT for its destination. */
function askForConnect(
  context: HostsContext,
  port: number,
  namespace: string,
  destination: string,
): Manifest {
  return sidecarFilter(context, port, namespace, [
    changeTcpProxy({ tunneling_config: { hostname: destination } }),
  ]);
}

/** The gateway's half: a CONNECT becomes a connection. */
function takeConnect({ gateway }: HostsContext, port: number): Manifest {
  const listener: Json = {
    portNumber: listenerPort(port),
    filterChain: { filter: { name: HTTP_CONNECTION_MANAGER.name } },
  };
  return gatewayFilter(gateway, inGatewayNamespace(gateway, `${gateway.name}-connect-${port}`), [
    {
      applyTo: "NETWORK_FILTER",
      match: { context: "GATEWAY", listener },
      patch: {
        operation: "MERGE",
        value: {
          typed_config: {
            "@type": HTTP_CONNECTION_MANAGER.type,
            upgrade_configs: [{ upgrade_type: "CONNECT" }],
          },
        },
      },
    },
    {
      applyTo: "HTTP_ROUTE",
      match: {
        context: "GATEWAY",
        routeConfiguration: { portNumber: port, vhost: { route: { action: "ROUTE" } } },
      },
      patch: {
        operation: "MERGE",
        value: {
          match: { connect_matcher: {} },
          route: { upgrade_configs: [{ upgrade_type: "CONNECT", connect_config: {} }] },
        },
      },
    },
  ]);
}
