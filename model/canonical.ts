import type {
  AccessParts,
  Environment,
  Gateway,
  Issuer,
  Lockdown,
  Mesh,
  Monitoring,
  Nodes,
  Owners,
  Reach,
} from "./environment.ts";
import { distinct } from "./values/distinct.ts";

/**
 * The environment in an order of its own: the order of a file's keys and entries means nothing, so it changes nothing
 * that is planned from it.
 */
export function orderedEnvironment(environment: Environment): Environment {
  const { mesh, gateways, nodes, lockdown, monitoring } = environment;
  return {
    ...environment,
    mesh: orderedMesh(mesh),
    gateways: sortedBy(gateways.map(orderedGateway), ({ name }) => name),
    ...(nodes === undefined ? {} : { nodes: orderedNodes(nodes) }),
    lockdown: sortedBy(lockdown.map(orderedLockdown), ({ namespace }) => namespace),
    monitoring: orderedMonitoring(monitoring),
    ...orderedAccess(environment),
  };
}

/** The mesh with its labels by key. */
export function orderedMesh(mesh: Mesh): Mesh {
  return {
    ...mesh,
    dns: { ...mesh.dns, podLabels: byKey(mesh.dns.podLabels), cidrs: distinct(mesh.dns.cidrs) },
  };
}

/** The gateway with each of its lists sorted. */
export function orderedGateway(gateway: Gateway): Gateway {
  return {
    ...gateway,
    ports: gateway.ports.toSorted((a, b) => a.port - b.port),
    topologySpread: sortedBy(gateway.topologySpread, (entry) => `${entry.key} ${entry.whenUnsatisfiable}`),
    counters: distinct(gateway.counters),
    reachPrivate: distinct(gateway.reachPrivate),
  };
}

/** The nodes with their names, labels, categories and zones sorted. */
export function orderedNodes(nodes: Nodes): Nodes {
  return nodes.provider === "existing"
    ? { ...nodes, names: distinct(nodes.names), selector: byKey(nodes.selector) }
    : { ...nodes, instanceCategories: distinct(nodes.instanceCategories), zones: distinct(nodes.zones) };
}

/** The namespace with its destinations sorted, each once. */
export function orderedLockdown({ namespace, reach }: Lockdown): Lockdown {
  const keyed = new Map(reach.map(orderedReach).map((entry) => [JSON.stringify(entry), entry]));
  return { namespace, reach: sortedBy([...keyed], ([key]) => key).map(([, entry]) => entry) };
}

/** What is told of calls with its lists sorted. */
export function orderedMonitoring(monitoring: Monitoring): Monitoring {
  const { prometheus } = monitoring;
  return {
    ...monitoring,
    providers: sortedBy(monitoring.providers, ({ name }) => name),
    access: distinct(monitoring.access),
    errors: distinct(monitoring.errors),
    headers: distinct(monitoring.headers),
    redactHeaders: distinct(monitoring.redactHeaders),
    ...(prometheus?.podLabels === undefined
      ? {}
      : { prometheus: { ...prometheus, podLabels: byKey(prometheus.podLabels) } }),
  };
}

/** The parts of access by name. */
export function orderedAccess({
  issuers = [],
  authorizers = [],
  owners = {},
}: AccessParts): Required<AccessParts> {
  return {
    issuers: sortedBy(issuers.map(orderedIssuer), ({ name }) => name),
    authorizers: sortedBy(authorizers, ({ name }) => name),
    owners: orderedOwners(owners),
  };
}

/** The issuer with its audiences sorted. */
function orderedIssuer({ audiences, ...issuer }: Issuer): Issuer {
  return { ...issuer, ...(audiences === undefined ? {} : { audiences: distinct(audiences) }) };
}

/** The owners by name, their groups sorted. */
function orderedOwners(owners: Owners): Owners {
  return Object.fromEntries(
    sortedBy(Object.entries(owners), ([name]) => name).map(([name, { groups }]) => [
      name,
      { groups: distinct(groups) },
    ]),
  );
}

function orderedReach(reach: Reach): Reach {
  const ports = [...new Set(reach.ports)].sort((a, b) => a - b);
  if ("cidr" in reach) return { cidr: reach.cidr, ports };
  const { namespace, podLabels } = reach;
  return { namespace, ...(podLabels === undefined ? {} : { podLabels: byKey(podLabels) }), ports };
}

function byKey(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(sortedBy(Object.entries(labels), ([key]) => key));
}

function sortedBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return values.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
