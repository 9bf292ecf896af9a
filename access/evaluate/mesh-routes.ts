import type { Objects } from "../manifests/read.ts";
import type { Connections, TrafficPolicy } from "../manifests/specs.ts";
import { liesIn } from "./addresses.ts";
import { portsOf, type Route, routesOf, withoutPort } from "./http-routes.ts";
import type { Seen } from "./seen.ts";

/** The ports on which the sidecars of a namespace listen, and for what. */
interface PortsSeen {
  /** On which the sidecars take HTTP. */
  readonly http: ReadonlySet<number>;
  /** `host:port` of all that is registered. */
  readonly registered: ReadonlySet<string>;
}

/** Read out of what is registered and the cluster's own Services. */
export function portsSeen({ entries, services }: Seen): PortsSeen {
  const isHttp = (protocol = "") => /^(?:http|http2|grpc|grpc-web)$/i.test(protocol);
  return {
    http: new Set([
      ...entries.flatMap(({ spec }) =>
        spec.ports.filter(({ protocol }) => isHttp(protocol)).map(({ number }) => number),
      ),
      ...services.flatMap(({ spec }) =>
        (spec.ports ?? [])
          .filter(({ name = "", appProtocol }) => isHttp(appProtocol ?? name.replace(/-.*/, "")))
          .map(({ port }) => port),
      ),
    ]),
    registered: new Set(
      entries.flatMap(({ spec }) =>
        spec.ports.flatMap(({ number }) => spec.hosts.map((host) => `${host.toLowerCase()}:${number}`)),
      ),
    ),
  };
}

/** The routes that the sidecars of a namespace have. */
interface MeshRoutes {
  /** By port and domain, the routes of each VirtualService that claims it. */
  readonly http: ReadonlyMap<number, ReadonlyMap<string, readonly Route[][]>>;
  readonly tls: ReadonlyMap<number, ReadonlyMap<string, readonly Connections[]>>;
  readonly tcp: ReadonlyMap<number, readonly TcpRoute[]>;
}
interface TcpRoute extends Connections {
  /** Whether it is for the address that was called; without subnets that is all of the port. */
  readonly takes: (called: string) => boolean;
  /** Whether that takes an address to tell. */
  readonly isByAddress: boolean;
}

/** Hosts of the web need no entry in the registry; on another port one host of a VirtualService does, for all of it. */
const WEB = 80;

/** Read out of the VirtualServices that are seen. */
export function meshRoutes(seen: Seen, { registered }: PortsSeen): MeshRoutes {
  const http = new Map<number, Map<string, Route[][]>>();
  const tls = new Map<number, Map<string, Connections[]>>();
  const tcp = new Map<number, TcpRoute[]>();
  for (const service of seen.routes) {
    const { gateways, hosts } = service.spec;
    if (!gateways.includes("mesh")) continue;
    const object = service.key;
    const names = hosts.map((host) => host.toLowerCase());
    const standsFor = (name: string, port: number) => domainsOf(name, port, registered);
    const listens = (port: number) =>
      names.some((name) => standsFor(name, port).some((domain) => registered.has(`${domain}:${port}`)));
    for (const port of portsOf(service.spec.http ?? [])) {
      const routes = routesOf(service, port);
      if (routes.length === 0) continue;
      const areTaken = port === WEB || listens(port);
      for (const domain of names.flatMap((name) => standsFor(name, port))) {
        if (areTaken) push(inner(http, port), domain, routes);
        // What is registered is known by its absolute name too.
        if (registered.has(`${domain}:${port}`)) push(inner(http, port), `${domain}.`, routes);
      }
    }
    for (const { match, route } of service.spec.tls ?? [])
      for (const { port = 443, sniHosts } of match)
        if (listens(port))
          for (const name of sniHosts)
            push(inner(tls, port), name.toLowerCase(), { object, destinations: route });
    for (const { match = [], route } of service.spec.tcp ?? [])
      for (const { port, destinationSubnets } of match)
        if (port !== undefined && listens(port))
          push(tcp, port, {
            object,
            takes: liesIn(destinationSubnets),
            isByAddress: destinationSubnets !== undefined,
            destinations: route,
          });
  }
  return { http, tls, tcp };
}

/** What a VirtualService's host stands for on a port: itself, or what is registered under a wildcard, and that alone. */
function domainsOf(name: string, port: number, registered: ReadonlySet<string>): string[] {
  if (!name.startsWith("*")) return [name];
  const under = [...registered].filter((one) => one.endsWith(`${name.slice(1)}:${port}`));
  return under.length === 0 ? [name] : under.map(withoutPort);
}

/** What makes connections to a host, or to a subset of it. */
interface Hop {
  readonly object: string;
  readonly tls: TrafficPolicy["tls"];
}

/** By `host subset`, and `host ` for the host itself, what the sidecars of a namespace have a cluster for. */
export function hopsSeen({ rules }: Seen): ReadonlyMap<string, Hop> {
  return new Map(
    rules.flatMap(({ key, spec: { host, trafficPolicy, subsets = [] } }) => [
      [`${host} `, { object: key, tls: trafficPolicy?.tls }] as const,
      ...subsets.map(
        (subset) =>
          [
            `${host} ${subset.name}`,
            { object: key, tls: subset.trafficPolicy?.tls ?? trafficPolicy?.tls },
          ] as const,
      ),
    ]),
  );
}

/** By port, what the sidecars of a namespace ask a gateway to connect to. */
export function tunnelsIn(namespace: string, objects: Objects): ReadonlyMap<number, readonly string[]> {
  const tunnels = new Map<number, string[]>();
  for (const { spec } of objects("EnvoyFilter").filter((one) => one.namespace === namespace))
    for (const { match, patch } of spec.configPatches ?? []) {
      const hostname = patch?.value?.typed_config?.tunneling_config?.hostname;
      const port = Number(match?.listener?.name?.split("_").at(-1));
      if (hostname !== undefined && !tunnels.get(port)?.includes(hostname)) push(tunnels, port, hostname);
    }
  return tunnels;
}

function inner<T>(map: Map<number, Map<string, T>>, key: number): Map<string, T> {
  const known = map.get(key) ?? new Map<string, T>();
  map.set(key, known);
  return known;
}

function push<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
