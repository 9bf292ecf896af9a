import { formatCaller } from "./callers.ts";
import type { DeclaredHost, Environment, Gateway } from "./environment.ts";
import type { WrittenHost } from "./hosts.ts";
import { cidrContains } from "./network.ts";
import { listenerPort } from "./ports.ts";
import { type Problem, show } from "./problem.ts";
import { formatPath, type Path, type Source } from "./source.ts";

/** Ports that Istio's proxy takes for itself in the gateway's pod. */
const PROXY_PORTS: readonly number[] = [15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090];
/** Gives each host its gateway and finds declarations that do not agree. */
export function resolveHosts(
  written: readonly WrittenHost[],
  gateways: readonly Gateway[],
): { hosts: DeclaredHost[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const gatewayOf = gatewayFinder(gateways);
  const byKey = new Map<string, { declared: DeclaredHost; written: WrittenHost }>();
  for (const host of written) {
    const fault = (key: string, value: unknown, why: string, fix: string): void => {
      problems.push({
        ...host.at,
        path: key === "" ? host.path : `${host.path}.${key}`,
        value: show(value),
        why,
        fix,
      });
    };
    const found = gatewayOf(host, fault);
    if (found === undefined) continue;
    const { gateway } = found;
    checkPort(host, found, fault);
    const { path: _path, ...rest } = host;
    const declared: DeclaredHost = { ...rest, gateway: gateway.name };
    const key = `${host.host}:${host.port}`;
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, { declared, written: host });
    else if (before.declared.at.file === host.at.file || !agree(before.declared, declared)) {
      const { at } = before.declared;
      fault(
        "",
        key,
        `declared already at ${at.file}:${at.line}:${at.column} by ${before.declared.owner}`,
        difference(before.declared, declared),
      );
    }
  }
  const hosts = [...byKey.values()].map(({ declared }) => declared);
  return {
    hosts: hosts.sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.port - b.port)),
    problems,
  };
}

type Fault = (key: string, value: unknown, why: string, fix: string) => void;

interface Found {
  readonly gateway: Gateway;
  readonly protocols: ReadonlyMap<number, string>;
}

/** Finds a host's gateway by name; neither a gateway nor a port is searched for anew for each host. */
function gatewayFinder(gateways: readonly Gateway[]): (host: WrittenHost, fault: Fault) => Found | undefined {
  const byName = new Map<string, Found>();
  for (const gateway of gateways) {
    // Of a port that is declared twice, the first counts.
    const protocols = new Map(gateway.ports.toReversed().map(({ port, protocol }) => [port, protocol]));
    if (!byName.has(gateway.name)) byName.set(gateway.name, { gateway, protocols });
  }
  const names = listed(gateways.map((gateway) => gateway.name));
  return (host, fault) => {
    const found = byName.get(host.gateway ?? gateways[0]?.name ?? "");
    if (host.gateway === undefined && gateways.length > 1) {
      fault("gateway", undefined, "this environment has several gateways", `add gateway: (one of ${names})`);
      return undefined;
    }
    if (found === undefined)
      fault("gateway", host.gateway, "no gateway has this name", `write one of ${names}`);
    return found;
  };
}

const LISTED = 20;

/** Names for a message, which stays short where there are many. */
function listed(names: readonly string[]): string {
  return names.length > LISTED ? `${names.slice(0, LISTED).join(", ")}, …` : names.join(", ");
}

function checkPort(host: WrittenHost, { gateway, protocols }: Found, fault: Fault): void {
  const wanted = host.mode === "none" ? "http" : "tls";
  const protocol = protocols.get(host.port);
  if (protocol === undefined)
    fault(
      "port",
      host.port,
      `the gateway ${gateway.name} has no port ${host.port}`,
      `add { port: ${host.port}, protocol: ${wanted} } to its ports`,
    );
  else if (protocol !== wanted)
    fault(
      "tls",
      host.mode,
      `the gateway ${gateway.name} speaks ${protocol} on port ${host.port}`,
      `take another port: HTTP and TLS never share one`,
    );
}

function agree(a: DeclaredHost, b: DeclaredHost): boolean {
  return a.mode === b.mode && a.owner === b.owner && a.gateway === b.gateway && callers(a) === callers(b);
}

function difference(a: DeclaredHost, b: DeclaredHost): string {
  if (a.owner !== b.owner) return `let one team own it: ${a.owner} or ${b.owner}`;
  if (a.mode !== b.mode) return `choose one way: ${a.mode} or ${b.mode}, or give them different ports`;
  return a.at.file === b.at.file ? "keep one of the two" : "make the two the same, or keep one";
}

function callers(host: DeclaredHost): string {
  return host.allow.map(formatCaller).join(" ");
}

/** What no single value shows: rules between the parts of an environment. */
export function validateEnvironment(
  source: Source,
  environment: Environment,
  hosts: readonly DeclaredHost[],
): Problem[] {
  const problems: Problem[] = [];
  const fault = (path: Path, value: unknown, why: string, fix: string): void => {
    problems.push({ ...source.positionOf(path), path: formatPath(path), value: show(value), why, fix });
  };
  const before: Taken = { names: new Set(), namespaces: new Set() };
  for (const [index, gateway] of environment.gateways.entries())
    validateGateway(environment, gateway, before, ["gateways", index], fault);
  validateNodes(environment, fault);
  validateLockdown(environment, fault);
  const homes = new Set(environment.gateways.map((gateway) => gateway.namespace));
  for (const host of hosts)
    for (const caller of host.allow.filter(({ namespace }) => homes.has(namespace)))
      problems.push({
        ...host.at,
        path: "allow",
        value: formatCaller(caller),
        why: "a gateway's namespace holds the gateway alone",
        fix: "run the caller in another namespace",
      });
  return problems;
}

type PathFault = (path: Path, value: unknown, why: string, fix: string) => void;

/** What the gateways before one have. */
interface Taken {
  readonly names: Set<string>;
  readonly namespaces: Set<string>;
}

function validateGateway(
  { mesh }: Environment,
  gateway: Gateway,
  before: Taken,
  path: Path,
  fault: PathFault,
): void {
  if (gateway.namespace === mesh.namespace)
    fault(
      [...path, "namespace"],
      gateway.namespace,
      "policies in istiod's root namespace hold for the whole mesh",
      "give the gateway a namespace of its own",
    );
  if (before.names.has(gateway.name))
    fault([...path, "name"], gateway.name, "another gateway has this name", "give each gateway its own name");
  if (before.namespaces.has(gateway.namespace))
    fault(
      [...path, "namespace"],
      gateway.namespace,
      "another gateway lives in this namespace",
      "give each gateway its own namespace",
    );
  before.names.add(gateway.name);
  before.namespaces.add(gateway.namespace);
  if (gateway.replicas.min > gateway.replicas.max)
    fault(
      [...path, "replicas"],
      gateway.replicas,
      "min is above max",
      `write max: ${gateway.replicas.min} or more`,
    );
  if (gateway.mutualTLS === "off")
    fault(
      [...path, "mutualTLS"],
      "off",
      "without mutual TLS on the hop the gateway can't know who calls, so no grant could be enforced",
      "write strict, or leave it out",
    );
  validatePorts(gateway, path, fault);
  gateway.reachPrivate.forEach((cidr, index) => {
    if (cidrContains(cidr, "0.0.0.0/0") || cidrContains(cidr, "::/0"))
      fault(
        [...path, "reachPrivate", index],
        cidr,
        "this is every address, not a private range",
        "name the ranges that hosts live in",
      );
  });
}

function validatePorts(gateway: Gateway, path: Path, fault: PathFault): void {
  const taken = new Map<number, number>();
  gateway.ports.forEach(({ port }, index) => {
    const listener = listenerPort(port);
    const other = taken.get(listener);
    if (other === port) fault([...path, "ports", index], port, "declared twice", "keep one of the two");
    else if (other !== undefined)
      fault(
        [...path, "ports", index],
        port,
        `the pod would listen on ${listener} for ${other} too`,
        "take another port",
      );
    else if (PROXY_PORTS.includes(listener))
      fault([...path, "ports", index], port, "Istio's proxy uses this port itself", "take another port");
    taken.set(listener, port);
  });
}

function validateNodes({ nodes }: Environment, fault: PathFault): void {
  if (nodes?.provider !== "existing") return;
  const named = nodes.names.length > 0;
  const selected = Object.keys(nodes.selector).length > 0;
  if (named === selected)
    fault(
      ["nodes"],
      nodes,
      named ? "names and selector are both given" : "neither names nor selector is given",
      "give the nodes by names: or by selector:, one of the two",
    );
}

function validateLockdown({ gateways, lockdown, mesh }: Environment, fault: PathFault): void {
  const homes = new Set(gateways.map((gateway) => gateway.namespace));
  const before = new Set<string>();
  lockdown.forEach(({ namespace }, index) => {
    const path = ["lockdown", index, "namespace"];
    if (homes.has(namespace))
      fault(path, namespace, "the gateway's own namespace has its own policy", "remove it here");
    else if (namespace === mesh.namespace || namespace === mesh.dns.namespace)
      fault(
        path,
        namespace,
        "the cluster's own parts need to call the API server",
        "lock down the namespaces of applications",
      );
    else if (before.has(namespace)) fault(path, namespace, "declared twice", "keep one of the two");
    before.add(namespace);
  });
}
