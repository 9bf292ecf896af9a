import type { DeclaredHost } from "../model/environment.ts";
import { isWildcard } from "../model/hosts/settings.ts";
import { PROTOCOLS } from "../model/values/protocols.ts";
import { atHosts, called, enumerate, type Finding } from "./finding.ts";
import { covers, isSeenIn, type LiveObject, liveObjects } from "./live.ts";
import { clientNamespaces, isGrantedTo, type Situation } from "./situation.ts";

/** Others' ServiceEntries, VirtualServices and Services that take a declared host's calls. */
export function findRivalsOfHosts(situation: Situation): Finding[] {
  const taken = namesTaken(situation.declared);
  const namespaces = clientNamespaces(situation);
  return [
    ...situation
      .foreign("ServiceEntry")
      .flatMap((entry) =>
        entryFindings(entry, taken, seen(entry, namespaces, situation.meshConfig.defaultServiceExportTo)),
      ),
    ...situation
      .foreign("VirtualService")
      .flatMap((service) =>
        routeFindings(
          service,
          taken,
          seen(service, namespaces, situation.meshConfig.defaultVirtualServiceExportTo),
        ),
      ),
    ...serviceFindings(situation, taken),
  ];
}

function seen(
  object: LiveObject<"ServiceEntry" | "VirtualService">,
  namespaces: readonly string[],
  byDefault: readonly string[] | undefined,
): string[] {
  return namespaces.filter((namespace) => isSeenIn(object, namespace, byDefault));
}

type NamesTaken = (name: string) => readonly DeclaredHost[];

/**
 * The declared hosts whose calls a name of Istio's takes: the host itself and, for a wildcard, what is under it. A
 * broader wildcard than the declared name takes nothing, as the most specific name wins.
 */
function namesTaken(declared: readonly DeclaredHost[]): NamesTaken {
  const byName = Map.groupBy(declared, ({ host }) => host);
  const wildcards = declared.filter(isWildcard);
  return (name) => [
    ...(byName.get(name) ?? []),
    ...wildcards.filter(({ host }) => host !== name && covers(host, name)),
  ];
}

/** What Istio reads as HTTP. */
const HTTP = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"];

function entryFindings(
  entry: LiveObject<"ServiceEntry">,
  taken: NamesTaken,
  seenBy: readonly string[],
): Finding[] {
  const protocols = new Map(entry.spec.ports?.map(({ number, protocol = "HTTP" }) => [number, protocol]));
  const rivals = (entry.spec.hosts ?? [])
    .flatMap((name) => taken(name))
    .filter((host) => protocols.has(host.port) && mayCall(host, seenBy));
  // Istio leaves our route out where the port is not HTTP.
  const takesCalls = ({ mode, port }: DeclaredHost) =>
    PROTOCOLS[mode] === "http" && !HTTP.includes(protocols.get(port) ?? "");
  // Istio takes a wildcard that is not registered only where nothing under it is.
  const hidesOthers = ({ mode, host }: DeclaredHost) =>
    PROTOCOLS[mode] === "http" && !entry.spec.hosts?.includes(host);
  const where = `shows it to sidecars in ${enumerate(seenBy)}`;
  const fix = `remove it, or set its exportTo so that ${enumerate(seenBy)} can't see it`;
  return [
    ...atHosts(
      "problem",
      rivals.filter(takesCalls),
      `${called(entry)} ${where} as something else than HTTP: calls go round the gateway`,
      fix,
    ),
    ...atHosts(
      "problem",
      rivals.filter((host) => !takesCalls(host) && hidesOthers(host)),
      `${called(entry)} shows a name under it to sidecars in ${enumerate(seenBy)}: Istio then routes no other name under it`,
      fix,
    ),
    ...atHosts(
      "warning",
      rivals.filter((host) => !takesCalls(host) && !hidesOthers(host)),
      `${called(entry)} ${where} too: where our route is not in force yet, or no more, calls go round the gateway`,
      fix,
    ),
  ];
}

/**
 * Of several routes for a host, a sidecar takes the one of the most specific name. Of those for one name it takes its
 * own namespace's private ones first, then the oldest that is exported to the namespace by its name (ours are), and
 * what is exported to all last.
 */
function routeFindings(
  service: LiveObject<"VirtualService">,
  taken: NamesTaken,
  seenBy: readonly string[],
): Finding[] {
  const { hosts = [], gateways = ["mesh"], exportTo = [] } = service.spec;
  if (!gateways.includes("mesh")) return [];
  const toAll = exportTo.length === 0 || exportTo.includes("*");
  // Under a wildcard the more specific name wins, where that is not declared too.
  const unrouted = (name: string, { port }: DeclaredHost) => {
    const exact = taken(name).filter((host) => host.host === name && host.port === port);
    return seenBy.filter((namespace) => !exact.some((host) => mayCall(host, [namespace])));
  };
  const rivals = hosts.flatMap((name) =>
    taken(name)
      .filter((host) => routes(service, host) && mayCall(host, seenBy))
      .map((host) => ({ host, wins: !toAll || mayCall(host, unrouted(name, host)) })),
  );
  const findings = (severity: Finding["severity"], won: boolean, effect: string) =>
    atHosts(
      severity,
      rivals.filter(({ wins }) => wins === won).map(({ host }) => host),
      `${called(service)} routes it too, is seen in ${enumerate(seenBy)}, and ${effect}`,
      `remove it, or set its exportTo so that ${enumerate(seenBy)} can't see it`,
    );
  return [
    ...findings("problem", true, "takes their calls from the gateway"),
    ...findings("warning", false, "takes their calls where our route is not in force yet, or no more"),
  ];
}

function mayCall(host: DeclaredHost, namespaces: readonly string[]): boolean {
  return namespaces.some((namespace) => isGrantedTo(host, namespace));
}

/** Whether a VirtualService has a route for what a host's calls are to their sidecar. */
function routes(
  { spec: { http = [], tls = [], tcp = [] } }: LiveObject<"VirtualService">,
  host: DeclaredHost,
): boolean {
  const all = { http, tls: [...tls, ...tcp], tcp }[PROTOCOLS[host.mode]];
  return all.some(
    ({ match = [] }) =>
      match.length === 0 || match.some(({ port }) => port === undefined || port === host.port),
  );
}

/** A declared host that is a Service's own name would never leave the cluster. */
function serviceFindings(situation: Situation, taken: NamesTaken): Finding[] {
  return liveObjects(situation.running.objects, "Service").flatMap((service) => {
    const short = `${service.metadata.name}.${service.metadata.namespace}`;
    const hosts = [short, `${short}.svc`, `${short}.svc.cluster.local`].flatMap((name) => taken(name));
    return atHosts(
      "problem",
      hosts,
      `${called(service)} has this name in the mesh, so calls stay in the cluster or the Service is lost to its callers`,
      "declare hosts outside the cluster only",
    );
  });
}
