import ipaddr from "ipaddr.js";
import type { Manifest } from "../plan/manifest.ts";
import { grantsIn } from "./grants.ts";
import { specsOf, type VirtualService } from "./read.ts";

/** That a caller gets to a host's port, as a set of manifests says. */
export interface Way {
  readonly principal: string;
  readonly host: string;
  readonly port: number;
}

/** What a set of manifests lets happen. */
export interface Ways {
  /** What the gateways let through, whatever a caller's own sidecar does: policy, listener, route and registry. */
  readonly reachable: readonly Way[];
  /** Of these, the ones to which a caller's sidecar turns by itself, by whatever route of several it takes. */
  readonly routable: readonly Way[];
}

/**
 * Reads which ways there are out of manifests, whoever made them. Each gateway has a namespace of its own.
 *
 * @param listenerOf the listener in the gateway's pod that serves a port of its Service
 */
export function waysIn(manifests: readonly Manifest[], listenerOf: (port: number) => number): Ways {
  const homes = Map.groupBy(manifests, ({ metadata }) => metadata.namespace ?? "");
  const byGateway = new Map([...homes].map(([home, own]) => [home, reachableBy(own, listenerOf)]));
  const ways = new Map([...byGateway.values()].flatMap((own) => [...own]));
  const targets = meshTargets(manifests);
  const routable = [...ways].filter(([key, way]) => {
    const homes = targets(way);
    return homes.length > 0 && homes.every((home) => byGateway.get(home)?.has(key));
  });
  return { reachable: [...ways.values()], routable: routable.map(([, way]) => way) };
}

/** What one gateway's own objects let through, by a key of each way. */
function reachableBy(manifests: readonly Manifest[], listenerOf: (port: number) => number): Map<string, Way> {
  const ports = new Set(
    specsOf(manifests, "Gateway").flatMap(({ servers }) => servers.map(({ port }) => port.number)),
  );
  const routed = gatewayRoutes(manifests);
  return new Map(
    grantsIn(manifests).flatMap(({ principal, host, listener }) =>
      [...ports]
        .filter((port) => listenerOf(port) === listener && routed(host, port))
        .map((port) => [`${principal} ${host}:${port}`, { principal, host, port }]),
    ),
  );
}

type Route = NonNullable<VirtualService["tcp"]>[number]["route"];

/** Whether the gateway has a route for a host to something that it knows. */
function gatewayRoutes(manifests: readonly Manifest[]): (host: string, port: number) => boolean {
  const known = new Set(
    specsOf(manifests, "ServiceEntry").flatMap(({ hosts, ports }) =>
      ports.flatMap(({ number }) => hosts.map((host) => `${host}:${number}`)),
    ),
  );
  const leads = (route: Route) =>
    route.every(({ destination: { host, port } }) => known.has(`${host}:${port?.number}`));
  const routed = new Set<string>();
  const patterns: { readonly port: number | undefined; readonly authority: RegExp }[] = [];
  for (const { gateways = ["mesh"], hosts, http = [], tcp = [] } of specsOf(manifests, "VirtualService")) {
    if (gateways.includes("mesh")) continue;
    for (const { match = [], route } of http)
      if (leads(route))
        for (const { port, authority } of match)
          if (authority?.regex !== undefined)
            patterns.push({ port, authority: new RegExp(`^(?:${authority.regex})$`) });
          else
            for (const host of authority?.exact === undefined
              ? hosts
              : [authority.exact.replace(/:\d+$/, "")])
              routed.add(`${host} ${port}`);
    for (const { match = [], route } of tcp)
      if (leads(route)) for (const { port } of match) for (const host of hosts) routed.add(`${host} ${port}`);
  }
  return (host, port) =>
    routed.has(`${host} ${port}`) ||
    routed.has(`* ${port}`) ||
    // A prefix of addresses stands for each of them.
    patterns.some((one) => one.port === port && one.authority.test(`${host.replace(/\*$/, "1")}:${port}`));
}

/** The namespaces of the gateways to which a caller's sidecars may turn; `""` is one whose hop they do not know. */
function meshTargets(manifests: readonly Manifest[]): (way: Way) => string[] {
  const subsets = new Map(
    specsOf(manifests, "DestinationRule").flatMap(({ host, exportTo = ["*"], subsets = [] }) =>
      subsets.map(({ name }) => [`${host} ${name}`, exportTo] as const),
    ),
  );
  const homesOf = (namespace: string, route: Route) =>
    route.map(({ destination }) => {
      const known = subsets.get(`${destination.host} ${destination.subset}`)?.includes(namespace);
      return known ? (destination.host.split(".")[1] ?? "") : "";
    });
  const byName = new Map<string, Set<string>>();
  const bySubnet = new Map<string, { readonly subnet: string; readonly homes: readonly string[] }[]>();
  const note = (namespace: string, name: string, port: number | undefined, route: Route) => {
    const key = `${namespace} ${name} ${port}`;
    const homes = byName.get(key) ?? new Set();
    for (const home of homesOf(namespace, route)) homes.add(home);
    byName.set(key, homes);
  };
  for (const service of specsOf(manifests, "VirtualService")) {
    const { gateways = ["mesh"], exportTo = ["*"], hosts, http = [], tls = [], tcp = [] } = service;
    if (!gateways.includes("mesh")) continue;
    for (const namespace of exportTo) {
      for (const { match = [], route } of http)
        for (const { port } of match) for (const host of hosts) note(namespace, host, port, route);
      for (const { match, route } of tls)
        for (const { port, sniHosts } of match)
          for (const name of sniHosts) note(namespace, name, port, route);
      for (const { match = [], route } of tcp)
        for (const { port, destinationSubnets } of match) {
          const key = `${namespace} ${port}`;
          const homes = homesOf(namespace, route);
          if (destinationSubnets === undefined) for (const host of hosts) note(namespace, host, port, route);
          else
            bySubnet.set(key, [
              ...(bySubnet.get(key) ?? []),
              ...destinationSubnets.map((subnet) => ({ subnet, homes })),
            ]);
        }
    }
  }
  return ({ principal, host, port }) => {
    const namespace = principal.split("/")[2];
    const subnets = bySubnet.get(`${namespace} ${port}`) ?? [];
    return [
      ...(byName.get(`${namespace} ${host} ${port}`) ?? []),
      ...subnets.filter(({ subnet }) => liesIn(host, subnet)).flatMap(({ homes }) => homes),
    ];
  };
}

/** Whether a name on the hop, an address or a prefix such as `198.51.100.*`, stands for addresses of a subnet. */
function liesIn(name: string, subnet: string): boolean {
  const first = name.replace(/\*$|[[\]]/g, "");
  const octets = first.split(".").filter((octet) => octet !== "");
  const address = first.includes(":") ? first : [...octets, "0", "0", "0"].slice(0, 4).join(".");
  if (!ipaddr.isValid(address)) return false;
  const [parsed, range] = [ipaddr.parse(address), ipaddr.parseCIDR(subnet)];
  return parsed.kind() === range[0].kind() && parsed.match(range[0], range[1]);
}
