import type { DeclaredHost } from "../model/environment.ts";
import { PROTOCOLS } from "../model/protocols.ts";
import { atHosts, called, enumerate, type Finding } from "./finding.ts";
import { covers, isSeenIn, type LiveObject, liveObjects } from "./live.ts";
import type { Situation } from "./situation.ts";

/** Others' ServiceEntries, VirtualServices and Services that take a declared host's calls. */
export function findRivalsOfHosts(situation: Situation): Finding[] {
  const { declared, meshConfig } = situation;
  const taken = namesTaken(declared);
  return [
    ...situation
      .foreign("ServiceEntry")
      .flatMap((entry) => entryFindings(entry, taken, meshConfig.defaultServiceExportTo)),
    ...situation
      .foreign("VirtualService")
      .flatMap((service) => routeFindings(service, taken, meshConfig.defaultVirtualServiceExportTo)),
    ...serviceFindings(situation, taken),
  ];
}

type NamesTaken = (name: string) => readonly DeclaredHost[];

/**
 * The declared hosts whose calls a name of Istio's takes: the host itself and, for a wildcard, what is under it. A
 * broader wildcard than the declared name takes nothing, as the most specific name wins.
 */
function namesTaken(declared: readonly DeclaredHost[]): NamesTaken {
  const byName = Map.groupBy(declared, ({ host }) => host);
  const wildcards = declared.filter(({ host }) => host.startsWith("*."));
  return (name) => [
    ...(byName.get(name) ?? []),
    ...wildcards.filter(({ host }) => host !== name && covers(host, name)),
  ];
}

function entryFindings(
  entry: LiveObject<"ServiceEntry">,
  taken: NamesTaken,
  byDefault: readonly string[] | undefined,
): Finding[] {
  const { hosts = [], ports = [] } = entry.spec;
  const numbers = new Set(ports.map(({ number }) => number));
  const rivals = hosts.flatMap((host) => taken(host)).filter(({ port }) => numbers.has(port));
  return rivalFindings(
    entry,
    rivals,
    byDefault,
    "shows their sidecars another way: calls can go round the gateway, or fail",
  );
}

function routeFindings(
  service: LiveObject<"VirtualService">,
  taken: NamesTaken,
  byDefault: readonly string[] | undefined,
): Finding[] {
  const { hosts = [], gateways = ["mesh"] } = service.spec;
  if (!gateways.includes("mesh")) return [];
  const rivals = hosts.flatMap((host) => taken(host)).filter((host) => routes(service, host));
  return rivalFindings(service, rivals, byDefault, "turns their calls elsewhere than to the gateway");
}

/** Whether a VirtualService has a route for what a host's calls are to their sidecar. */
function routes(
  { spec: { http = [], tls = [], tcp = [] } }: LiveObject<"VirtualService">,
  host: DeclaredHost,
) {
  const all = { http, tls: [...tls, ...tcp], tcp }[PROTOCOLS[host.mode]];
  return all.some(
    ({ match = [] }) =>
      match.length === 0 || match.some(({ port }) => port === undefined || port === host.port),
  );
}

function rivalFindings(
  object: LiveObject<"ServiceEntry" | "VirtualService">,
  rivals: readonly DeclaredHost[],
  byDefault: readonly string[] | undefined,
  effect: string,
): Finding[] {
  const seenBy = (host: DeclaredHost) =>
    [...new Set(host.allow.map(({ namespace }) => namespace))].filter((namespace) =>
      isSeenIn(object, namespace, byDefault),
    );
  const hit = rivals.filter((host) => seenBy(host).length > 0);
  const namespaces = [...new Set(hit.flatMap(seenBy))].sort();
  return atHosts(
    "problem",
    hit,
    `${called(object)} is for this host too, is seen in ${enumerate(namespaces)}, and ${effect}`,
    `remove it, or set its exportTo so that ${enumerate(namespaces)} ${namespaces.length === 1 ? "does" : "do"} not see it`,
  );
}

/** A declared host that is a Service's own name would never leave the cluster. */
function serviceFindings(situation: Situation, taken: NamesTaken): Finding[] {
  const { gateways } = situation.environment;
  const ours = new Set(gateways.map(({ name, namespace }) => `${name}.${namespace}`));
  return liveObjects(situation.running.objects, "Service").flatMap((service) => {
    const short = `${service.metadata.name}.${service.metadata.namespace}`;
    if (ours.has(short)) return [];
    const hosts = [short, `${short}.svc`, `${short}.svc.cluster.local`].flatMap((name) => taken(name));
    return atHosts(
      "problem",
      hosts,
      `${called(service)} has this name in the mesh, so calls stay in the cluster or the Service is lost to its callers`,
      "declare hosts outside the cluster only",
    );
  });
}
