import { domainOf, type Route, routeOf, routesOf, withoutPort } from "./http-routes.ts";
import { domainsOf } from "./match.ts";
import type { MeshSettings } from "./mesh.ts";
import { type Decider, policiesOf, selects, type Verdict, type Workload } from "./policies.ts";
import { type Destination, type Gateway, isSeenIn, type Objects, type Read, type Service } from "./read.ts";
import type { Request } from "./request.ts";

/** What a gateway does with what its listener takes. */
export interface GatewayAnswer {
  /** `unavailable` where it knows no way to what the route names. */
  readonly answer: "allowed" | "forbidden" | "not-found" | "closed" | "unavailable" | "unknown";
  readonly by?: Decider;
  readonly onTrial: readonly Decider[];
  readonly unsure: readonly string[];
}

/** What a gateway is asked, on a port of its Service. */
export type AskedGateway = Omit<Request, "listener" | "protocol"> & { readonly port: number };

type Answering = (asked: AskedGateway) => GatewayAnswer;
interface Server {
  readonly gateway: Read<Gateway>;
  readonly server: Gateway["servers"][number];
}

/** A gateway's half of the way: listener, policies, routes and registry. */
export function gatewayBehind(objects: Objects, service: Read<Service>, mesh: MeshSettings): Answering {
  const workload = workloadOf(objects, service);
  const judge = policiesOf(objects, workload, mesh);
  const issuers = new Set(
    objects("RequestAuthentication")
      .filter((one) => selects(one, workload, mesh.rootNamespace))
      .flatMap(({ spec }) => (spec.jwtRules ?? []).map(({ issuer }) => issuer)),
  );
  const known = registry(objects, workload.namespace);
  const servers = serversOf(objects, workload);
  const stripped = portsStripped(objects, workload.namespace);
  const byPort = new Map<number, ReturnType<typeof listenerOf>>();

  return ({ port, claims, ...asked }) => {
    const own = byPort.get(port) ?? listenerOf(objects, workload, servers, port);
    byPort.set(port, own);
    const listener = targetPort(service, port);
    const server = own(asked.sni);
    if (listener === undefined || server === undefined) return { answer: "closed", onTrial: [], unsure: [] };
    const taken = typeof claims?.iss === "string" && issuers.has(claims.iss);
    const request: Request = {
      ...asked,
      authority: stripped.has(listener) ? withoutPort(asked.authority) : asked.authority,
      listener,
      protocol: server.isHttp ? "http" : "tcp",
      ...(taken ? { claims } : {}),
    };
    return answerOf(judge(request), request, server, known);
  };
}

interface Listening {
  readonly object: string;
  readonly isHttp: boolean;
  readonly isMutual: boolean;
  readonly domains: ReadonlyMap<string, readonly Route[]>;
  /** What connections are sent to. */
  readonly connections: Connections | undefined;
}
interface Connections {
  readonly object: string;
  readonly destinations: readonly Destination[];
}
type Known = (destinations: readonly Destination[]) => boolean;

function answerOf(verdict: Verdict, request: Request, server: Listening, known: Known): GatewayAnswer {
  const { allowed, by, onTrial } = verdict;
  const unsure = server.isMutual
    ? verdict.unsure
    : [...verdict.unsure, `${server.object} takes the hop by another TLS than ISTIO_MUTUAL`];
  const granted = { ...(by === undefined ? {} : { by }), onTrial, unsure };
  if (!server.isHttp) {
    // Policies are asked when the first bytes come; without a route there is no chain of filters at all.
    if (server.connections === undefined || !allowed) return { ...granted, answer: "closed" };
    return { ...granted, answer: known(server.connections.destinations) ? "allowed" : "unavailable" };
  }
  if (!allowed) return { ...granted, answer: "forbidden" };
  const route = routeOf(domainOf(server.domains, request.authority) ?? [], request);
  if (route === undefined) return { answer: "not-found", onTrial, unsure };
  const told = { ...granted, unsure: [...unsure, ...route.unsure] };
  const decided = { object: route.object, ...(route.name === undefined ? {} : { route: route.name }) };
  if (route.status === 404) return { ...told, answer: "not-found", by: decided };
  if (route.status === 403) return { ...told, answer: "forbidden", by: decided };
  if (route.status !== undefined || route.destinations.length === 0)
    return { ...told, answer: "unknown", by: decided };
  return { ...told, answer: known(route.destinations) ? "allowed" : "unavailable" };
}

/** The pods behind a Service: its selector stands for their labels where no Deployment tells more. */
function workloadOf(objects: Objects, { namespace, spec }: Read<Service>): Workload {
  const selector = spec.selector ?? {};
  const labels = objects("Deployment")
    .filter((one) => one.namespace === namespace)
    .map((one) => one.spec.template.metadata?.labels ?? {})
    .find((own) => Object.entries(selector).every(([name, value]) => own[name] === value));
  return { namespace, labels: labels ?? selector };
}

function targetPort({ spec }: Read<Service>, port: number): number | undefined {
  const found = spec.ports?.find((one) => one.port === port);
  return found === undefined ? undefined : Number(found.targetPort ?? port);
}

/** Whether the gateway knows what a route names: all of it. */
function registry(objects: Objects, namespace: string): Known {
  const known = new Set(
    objects("ServiceEntry")
      .filter((entry) => isSeenIn(namespace, entry))
      .flatMap(({ spec }) =>
        spec.ports.flatMap(({ number }) => spec.hosts.map((host) => `${host}:${number}`)),
      ),
  );
  return (destinations) =>
    destinations.every(({ destination: { host, port } }) => known.has(`${host}:${port?.number}`));
}

/** The listeners where the gateway takes the port off an authority before policies and routes see it. */
function portsStripped(objects: Objects, namespace: string): ReadonlySet<number> {
  return new Set(
    objects("EnvoyFilter")
      .filter((filter) => filter.namespace === namespace)
      .flatMap(({ spec }) => spec.configPatches ?? [])
      .filter(({ patch }) => patch?.value?.typed_config?.strip_any_host_port)
      .flatMap(({ match }) => match?.listener?.portNumber ?? []),
  );
}

/** The servers of the Gateways that select a workload. One from another namespace takes none of its routes by `./*`. */
function serversOf(objects: Objects, { namespace, labels }: Workload): Server[] {
  return objects("Gateway")
    .filter(
      (gateway) =>
        gateway.namespace === namespace &&
        Object.entries(gateway.spec.selector ?? {}).every(([name, value]) => labels[name] === value),
    )
    .flatMap((gateway) => gateway.spec.servers.map((server) => ({ gateway, server })));
}

/** The chains of filters of a port, by the name that a connection asks for. */
function listenerOf(
  objects: Objects,
  { namespace }: Workload,
  servers: readonly Server[],
  port: number,
): (sni: string) => Listening | undefined {
  const byName = new Map(
    servers
      .filter(({ server }) => server.port.number === port)
      .flatMap(({ gateway, server }) => {
        const bound = objects("VirtualService").filter(
          (service) =>
            isSeenIn(namespace, service) &&
            (service.spec.gateways ?? []).some(
              (name) =>
                name === `${namespace}/${gateway.name}` ||
                (name === gateway.name && service.namespace === namespace),
            ),
        );
        const isHttp = ["HTTP", "HTTPS", "HTTP2", "GRPC"].includes(server.port.protocol);
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
  return (sni) => {
    for (const name of domainsOf(sni)) {
      const found = byName.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
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
