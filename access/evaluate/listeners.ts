import { isSeenIn, type Objects, type Read } from "../manifests/read.ts";
import type { Connections, Gateway, VirtualService } from "../manifests/specs.ts";
import { type Route, routesOf } from "./http-routes.ts";
import { nearest } from "./match.ts";
import type { Workload } from "./policies.ts";

/** A server of a Gateway, and whose it is. */
export interface Server {
  readonly gateway: Read<Gateway>;
  readonly server: Gateway["servers"][number];
}

/** What takes a connection on a port, by the name that it asks for. */
export interface Listening {
  readonly object: string;
  readonly isHttp: boolean;
  readonly isMutual: boolean;
  readonly domains: ReadonlyMap<string, readonly Route[]>;
  /** What connections are sent to. */
  readonly connections: Connections | undefined;
}

/** The servers of the Gateways that select a workload. One from another namespace takes none of its routes by `./*`. */
export function serversOf(objects: Objects, workload: Workload): Server[] {
  return objects("Gateway")
    .filter((gateway) => gateway.namespace === workload.namespace && selectsPods(gateway, workload))
    .flatMap((gateway) => gateway.spec.servers.map((server) => ({ gateway, server })));
}

/** Whether a Gateway is for the pods of a workload, wherever it stands. */
export function selectsPods({ spec: { selector = {} } }: Read<Gateway>, { labels }: Workload): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** The VirtualServices that a gateway in a namespace takes routes from. */
export function boundTo(objects: Objects, namespace: string, gateway: Read<Gateway>): Read<VirtualService>[] {
  return objects("VirtualService").filter(
    (service) =>
      isSeenIn(namespace, service) &&
      service.spec.gateways.some(
        (name) =>
          name === `${namespace}/${gateway.name}` ||
          (name === gateway.name && service.namespace === namespace),
      ),
  );
}

/** Whether a server sees requests, and not connections alone. */
export function isForHttp({ server }: Server): boolean {
  return ["HTTP", "HTTPS", "HTTP2", "GRPC"].includes(server.port.protocol);
}

/** The chains of filters of a port, by the name that a connection asks for. */
export function listenerOf(
  objects: Objects,
  { namespace }: Workload,
  servers: readonly Server[],
  port: number,
): (sni: string) => Listening | undefined {
  const byName = new Map(
    servers
      .filter(({ server }) => server.port.number === port)
      .flatMap(({ gateway, server }) => {
        const bound = boundTo(objects, namespace, gateway);
        const isHttp = isForHttp({ gateway, server });
        const hosts = server.hosts.map((host) => host.replace(/^.*\//, ""));
        const connections = bound.flatMap(({ key, spec }) =>
          (spec.tcp ?? [])
            .filter(({ match = [{}] }) => match.some((one) => (one.port ?? port) === port))
            .map(({ route }) => ({ object: key, destinations: route })),
        );
        const listening: Listening = {
          object: gateway.key,
          isHttp,
          isMutual: server.tls?.mode === "ISTIO_MUTUAL",
          domains: isHttp ? virtualHosts(bound, port) : new Map(),
          connections: connections[0],
        };
        return hosts.map((host) => [host, listening] as const);
      }),
  );
  return (sni) => nearest(byName, sni);
}

/** The routes by domain; of several VirtualServices for one host a gateway has them all. */
function virtualHosts(
  services: readonly Parameters<typeof routesOf>[0][],
  port: number,
): Map<string, readonly Route[]> {
  const hosts = new Map<string, readonly Route[]>();
  for (const service of services) {
    const routes = routesOf(service, port);
    if (routes.length === 0) continue;
    for (const host of service.spec.hosts) {
      const name = host.toLowerCase();
      const known = hosts.get(name);
      hosts.set(name, known === undefined ? routes : [...known, ...routes]);
    }
  }
  return hosts;
}
