import { isSeenIn, type Objects, type Read } from "../manifests/read.ts";
import type { DestinationRule, Service, ServiceEntry, Sidecar, VirtualService } from "../manifests/specs.ts";
import { anyOf } from "./match.ts";

/** The objects out of which istiod makes the configuration of a namespace's sidecars. */
export interface Seen {
  readonly entries: readonly Read<ServiceEntry>[];
  readonly services: readonly Read<Service>[];
  readonly routes: readonly Read<VirtualService>[];
  readonly rules: readonly Read<DestinationRule>[];
}

/** Whether what an object of a namespace says of these hosts is imported. */
type Imports = (home: string, hosts: readonly string[]) => boolean;

/**
 * What sidecars of a namespace see: what is exported to it and its Sidecar imports. A rule for a host comes with the
 * host, and a service with the route that leads to it.
 */
export function seenIn(namespace: string, objects: Objects): Seen {
  const imports = importsOf(namespace, objects);
  const isSeen = (
    one: Read<{ readonly exportTo?: readonly string[] | undefined; readonly hosts: readonly string[] }>,
  ) => isSeenIn(namespace, one) && imports(one.namespace, one.spec.hosts);
  const routes = objects("VirtualService").filter(isSeen);
  const destinations = new Set(
    routes.flatMap(({ spec: { http = [], tls = [], tcp = [] } }) =>
      [...http, ...tls, ...tcp].flatMap(({ route = [] }) => route.map(({ destination }) => destination.host)),
    ),
  );
  const isSeenService = ({ name, namespace: home }: Read<Service>) => {
    const host = `${name}.${home}.svc.cluster.local`;
    return imports(home, [host]) || destinations.has(host);
  };
  return {
    entries: objects("ServiceEntry").filter(isSeen),
    services: objects("Service").filter(isSeenService),
    routes,
    rules: objects("DestinationRule").filter((one) => isSeenIn(namespace, one)),
  };
}

/** Whether a Sidecar says more than imports for all of its namespace, which is more than is read here. */
export function choosesFurther({ workloadSelector, egress = [] }: Sidecar): boolean {
  const isPlain = egress.every(({ port, bind, captureMode }) => (port ?? bind ?? captureMode) === undefined);
  return workloadSelector !== undefined || !isPlain;
}

function importsOf(namespace: string, objects: Objects): Imports {
  const own = objects("Sidecar").filter(
    (one) => one.namespace === namespace && one.spec.workloadSelector === undefined,
  );
  const entries = own.flatMap(({ spec }) => spec.egress?.flatMap(({ hosts = [] }) => hosts) ?? []);
  if (entries.length === 0) return () => true;
  const imported = entries.map((entry) => {
    const [from = "", name = ""] = entry.split("/");
    return { from: from === "." ? namespace : from, takes: anyOf([name]) };
  });
  return (home, hosts) =>
    imported.some(({ from, takes }) => (from === "*" || from === home) && hosts.some(takes));
}
