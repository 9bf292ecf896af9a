import ipaddr from "ipaddr.js";
import { domainOf, type Route, routeOf, routesOf, withoutPort } from "./http-routes.ts";
import { nearest } from "./match.ts";
import type { MeshSettings } from "./mesh.ts";
import type { Destination, Objects } from "./read.ts";
import { choosesFurther, type Seen, seenIn } from "./seen.ts";

/** What an application asks of its own sidecar. */
export interface AskedSidecar {
  readonly scheme: "http" | "https" | "tcp";
  /** The name called. */
  readonly host: string;
  /** The address called, where that is known. */
  readonly address?: string;
  readonly port: number;
  readonly authority: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a sidecar turns. */
export type Turn =
  | {
      readonly to: "gateway";
      /** The gateway's Service by its full name, and the port there. */
      readonly service: string;
      readonly port: number;
      /** The name on the hop; undefined: the one that names the hop's own cluster. */
      readonly sni: string;
      /** A CONNECT instead of what was asked. */
      readonly tunnel?: string;
    }
  /**
   * By itself: no host of that name (502), a connection that is cut, no cluster for its own route (503), or out past
   * every gateway.
   */
  | { readonly to: "unknown-host" | "closed" | "unavailable" | "direct" };

/** What the sidecars of one namespace know. */
export interface Sidecars {
  /** Every way that the manifests allow: of several objects for one host, the oldest wins, which they don't tell. */
  readonly turns: (asked: AskedSidecar) => readonly Turn[];
  readonly unsure: readonly string[];
}

interface Way {
  readonly destinations: readonly Destination[];
  readonly sni?: string;
  readonly tunnel?: string;
}

/** The mesh's half of the way: what is seen in a namespace. */
export function sidecarsIn(namespace: string, objects: Objects, mesh: MeshSettings): Sidecars {
  const settings = objects("Sidecar").filter((one) => one.namespace === namespace);
  const policy = settings.flatMap(({ spec }) => spec.outboundTrafficPolicy?.mode ?? []);
  const closed = (policy[0] ?? mesh.outboundTrafficPolicy) === "REGISTRY_ONLY";
  const seen = seenIn(namespace, objects);
  const ports = portsSeen(seen);
  const routes = meshRoutes(seen, ports);
  const hops = hopsSeen(seen);
  const tunnels = tunnelsIn(namespace, objects);

  const follow = ({ destinations, sni, tunnel }: Way): Turn[] =>
    destinations.map(({ destination: { host, subset, port } }) =>
      hops.has(`${host} ${subset ?? ""}`)
        ? {
            to: "gateway",
            service: host,
            port: port?.number ?? 0,
            sni: sni ?? `outbound_.${port?.number}_.${subset ?? ""}_.${host}`,
            ...(tunnel === undefined ? {} : { tunnel }),
          }
        : { to: "unavailable" },
    );
  return {
    turns: (asked) => {
      const { port, host, scheme } = asked;
      const connections = routes.tcp.get(port)?.filter(({ takes }) => takes(asked.address ?? host)) ?? [];
      if (connections.length > 0)
        return connections.flatMap(({ destinations }) =>
          (tunnels.get(port) ?? [""]).flatMap((tunnel) =>
            follow({ destinations, tunnel: tunnel === CALLED_ADDRESS ? addressOf(asked) : tunnel }),
          ),
        );
      if (scheme === "https") {
        const name = host.toLowerCase();
        const ways = nearest(routes.tls.get(port) ?? new Map<string, readonly Destination[][]>(), name);
        if (ways !== undefined) return ways.flatMap((destinations) => follow({ destinations, sni: name }));
        return [{ to: closed || ports.http.has(port) ? "closed" : "direct" }];
      }
      if (scheme === "tcp" || !ports.http.has(port)) return [{ to: closed ? "closed" : "direct" }];
      const virtual = domainOf(
        routes.http.get(port) ?? new Map<string, readonly Route[][]>(),
        asked.authority,
      );
      if (virtual !== undefined)
        return virtual.flatMap((own): Turn[] => {
          const route = routeOf(own, asked);
          return route === undefined ? [{ to: "unavailable" }] : follow(route);
        });
      if (ports.registered.has(`${withoutPort(asked.authority).toLowerCase()}:${port}`))
        return [{ to: "unavailable" }];
      return [{ to: closed ? "unknown-host" : "direct" }];
    },
    unsure: settings
      .filter(({ spec }) => choosesFurther(spec))
      .map(({ key }) => `${key} chooses what sidecars see`),
  };
}

const CALLED_ADDRESS = "%DOWNSTREAM_LOCAL_ADDRESS%";

function addressOf({ address, host, port }: AskedSidecar): string {
  const called = address ?? host;
  return called.includes(":") ? `[${called.replace(/[[\]]/g, "")}]:${port}` : `${called}:${port}`;
}

interface PortsSeen {
  /** On which the sidecars take HTTP. */
  readonly http: ReadonlySet<number>;
  /** `host:port` of all that is registered. */
  readonly registered: ReadonlySet<string>;
}

function portsSeen({ entries, services }: Seen): PortsSeen {
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

interface MeshRoutes {
  /** By port and domain, the routes of each VirtualService that claims it. */
  readonly http: ReadonlyMap<number, ReadonlyMap<string, readonly Route[][]>>;
  readonly tls: ReadonlyMap<number, ReadonlyMap<string, readonly (readonly Destination[])[]>>;
  readonly tcp: ReadonlyMap<number, readonly TcpRoute[]>;
}
interface TcpRoute {
  /** Whether it is for what was called; without subnets that is all of the port. */
  readonly takes: (called: string) => boolean;
  readonly destinations: readonly Destination[];
}

/** Hosts of the web need no entry in the registry; on any other port a sidecar listens for what is registered alone. */
const WEB = 80;

function meshRoutes(seen: Seen, { registered }: PortsSeen): MeshRoutes {
  const http = new Map<number, Map<string, Route[][]>>();
  const tls = new Map<number, Map<string, (readonly Destination[])[]>>();
  const tcp = new Map<number, TcpRoute[]>();
  for (const service of seen.routes) {
    const { gateways = ["mesh"], hosts } = service.spec;
    if (!gateways.includes("mesh")) continue;
    const names = hosts.map((host) => host.toLowerCase());
    const listens = (port: number) => names.some((name) => registered.has(`${name}:${port}`));
    for (const port of portsOf(service.spec.http ?? [])) {
      const routes = routesOf(service, port);
      if (routes.length === 0) continue;
      for (const name of names) {
        const isRegistered = registered.has(`${name}:${port}`);
        if (port === WEB || isRegistered) push(inner(http, port), name, routes);
        // What is registered is known by its absolute name too.
        if (isRegistered) push(inner(http, port), `${name}.`, routes);
      }
    }
    for (const { match, route } of service.spec.tls ?? [])
      for (const { port = 443, sniHosts } of match)
        if (listens(port)) for (const name of sniHosts) push(inner(tls, port), name.toLowerCase(), route);
    for (const { match = [], route } of service.spec.tcp ?? [])
      for (const { port, destinationSubnets } of match)
        if (port !== undefined && listens(port))
          push(tcp, port, { takes: liesIn(destinationSubnets), destinations: route });
  }
  return { http, tls, tcp };
}

function portsOf(routes: readonly { readonly match?: readonly { readonly port?: number }[] }[]): Set<number> {
  return new Set(routes.flatMap(({ match = [] }) => match.flatMap(({ port }) => port ?? [])));
}

/** `host subset`, and `host ` for the host itself, of what the sidecars of a namespace have a cluster for. */
function hopsSeen({ rules }: Seen): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ spec }) =>
      [{ name: "" }, ...(spec.subsets ?? [])].map(({ name }) => `${spec.host} ${name}`),
    ),
  );
}

/** By port, what the sidecars of a namespace ask a gateway to connect to. */
function tunnelsIn(namespace: string, objects: Objects): ReadonlyMap<number, readonly string[]> {
  const tunnels = new Map<number, string[]>();
  for (const { spec } of objects("EnvoyFilter").filter((one) => one.namespace === namespace))
    for (const { match, patch } of spec.configPatches ?? []) {
      const hostname = patch?.value?.typed_config?.tunneling_config?.hostname;
      const port = Number(match?.listener?.name?.split("_").at(-1));
      if (hostname !== undefined && !tunnels.get(port)?.includes(hostname)) push(tunnels, port, hostname);
    }
  return tunnels;
}

function liesIn(subnets: readonly string[] | undefined): (called: string) => boolean {
  if (subnets === undefined) return () => true;
  const ranges = subnets.map((subnet) => ipaddr.parseCIDR(subnet));
  return (called) => {
    const address = called.replace(/[[\]]/g, "");
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.parse(address);
    return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
  };
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
