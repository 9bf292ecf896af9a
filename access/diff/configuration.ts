import type { Manifest } from "../../plan/manifest.ts";
import { portsOf } from "../evaluate/http-routes.ts";
import { isSeenIn, type Objects, type Read, readObjects, serviceNamed } from "../manifests/read.ts";
import type { PolicyRule, VirtualService } from "../manifests/specs.ts";

/**
 * What an object's parts take in a proxy's configuration, in bytes of config_dump, as `npm run bench:scale` saw proxies
 * grow; it prints what is told here beside what they really grew by. What the mesh's own Services take, which is
 * another number in every mesh, is no part of it: so only differences are worth telling.
 */
const SIDECAR = {
  /** Each route of each HTTP host: Envoy gets a copy for each. */
  httpRoute: 1_590,
  /** A filter chain for what one route of connections matches, and each name that it matches. */
  connectionRoute: 1_500,
  tlsName: 37,
  /** A cluster of the hop: a subset for each of the gateway's ports. */
  hopCluster: 3_230,
  /** A port that is registered: a cluster, and where it is not of HTTP a listener's last filter chain. */
  registeredPort: 4_600,
} as const;
const GATEWAY = {
  httpRoute: 2_360,
  /** A filter chain, with the log and the counters of connections. */
  connectionRoute: 15_700,
  policy: 2_000,
  rule: 660,
  /** A name in a rule. */
  ruleName: 380,
  cluster: 2_250,
} as const;

/** By proxies, such as `sidecars of news`: what they hold of all this, in bytes. */
export function configurationOf(manifests: readonly Manifest[]): ReadonlyMap<string, number> {
  const objects = readObjects(manifests);
  return new Map([...sidecars(objects), ...gateways(objects)]);
}

function sidecars(objects: Objects): [string, number][] {
  const routes = objects("VirtualService").filter(({ spec }) => spec.gateways.includes("mesh"));
  const namespaces = new Set(routes.flatMap(({ spec }) => spec.exportTo ?? ["*"]));
  return [...namespaces].map((namespace) => {
    const seen = <Spec extends { readonly exportTo?: readonly string[] | undefined }>(
      all: readonly Read<Spec>[],
    ) => all.filter((one) => isSeenIn(namespace, one)).map(({ spec }) => spec);
    const routesSeen = seen(routes);
    const bytes = [
      ...[...routesByDomain(routesSeen).values()].map((count) => count * SIDECAR.httpRoute),
      ...routesSeen.map(
        ({ tls = [], tcp = [] }) =>
          (tls.length + tcp.length) * SIDECAR.connectionRoute +
          tls.flatMap(({ match = [] }) => match.flatMap(({ sniHosts = [] }) => sniHosts)).length *
            SIDECAR.tlsName,
      ),
      ...seen(objects("DestinationRule")).map(
        ({ host, subsets = [] }) =>
          subsets.length * (serviceNamed(objects, host)?.spec.ports ?? []).length * SIDECAR.hopCluster,
      ),
      ...seen(objects("ServiceEntry")).map(({ ports = [] }) => ports.length * SIDECAR.registeredPort),
    ];
    return [namespace === "*" ? "every sidecar" : `sidecars of ${namespace}`, sum(bytes)];
  });
}

function gateways(objects: Objects): [string, number][] {
  const namespaces = new Set(objects("Gateway").map(({ namespace }) => namespace));
  return [...namespaces].map((home) => {
    const own = <Spec>(all: readonly Read<Spec>[]) =>
      all.filter(({ namespace }) => namespace === home).map(({ spec }) => spec);
    const bytes = [
      ...own(objects("VirtualService"))
        .filter(({ gateways: names }) => names.some((name) => name !== "mesh"))
        .map(
          ({ http = [], tls = [], tcp = [] }) =>
            http.length * GATEWAY.httpRoute + (tls.length + tcp.length) * GATEWAY.connectionRoute,
        ),
      ...own(objects("AuthorizationPolicy")).map(
        ({ rules = [] }) =>
          GATEWAY.policy + rules.length * GATEWAY.rule + rules.flatMap(namesOf).length * GATEWAY.ruleName,
      ),
      ...own(objects("ServiceEntry"))
        .filter(({ exportTo = [] }) => exportTo.includes("."))
        .map(({ ports = [] }) => ports.length * GATEWAY.cluster),
    ];
    return [`gateways in ${home}`, sum(bytes)];
  });
}

/** By name and ports how many routes it has. Of several VirtualServices for one, istiod takes it from one. */
function routesByDomain(services: readonly VirtualService[]): ReadonlyMap<string, number> {
  return new Map(
    services.flatMap(({ hosts, http = [] }) => {
      const ports = [...portsOf(http)].join();
      return hosts.map((host) => [`${host} ${ports}`, http.length] as const);
    }),
  );
}

function namesOf({ to = [], when = [] }: PolicyRule): readonly string[] {
  return [
    ...to.flatMap(({ operation }) => operation?.hosts ?? []),
    ...when.filter(({ key }) => key === "connection.sni").flatMap(({ values = [] }) => values),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
