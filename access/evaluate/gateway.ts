import type { MeshSettings } from "../manifests/mesh.ts";
import { isSeenIn, type Objects, type Read } from "../manifests/read.ts";
import type { Connections, Gateway, Service, VirtualService } from "../manifests/specs.ts";
import { type Authorize, authorizersOf } from "./authorizers.ts";
import { domainOf, type Route, routeOf, routesOf, withoutPort } from "./http-routes.ts";
import { nearest } from "./match.ts";
import type { Network } from "./network.ts";
import { passing } from "./passage.ts";
import { policiesOf, type Verdict, type Workload } from "./policies.ts";
import { remember } from "./remember.ts";
import type { Request } from "./request.ts";
import type { Decider, Tell } from "./step.ts";
import { authenticationsOf, issuersIn, tokensOf } from "./tokens.ts";
import { type Reach, upstreamsOf } from "./upstream.ts";

/** What a gateway does with what its listener takes. */
export interface GatewayAnswer {
  /** `unavailable` where it knows no way to what the route names, `unauthorized` where it does not take a token. */
  readonly answer:
    | "allowed"
    | "unauthorized"
    | "forbidden"
    | "not-found"
    | "closed"
    | "unavailable"
    | "unknown";
  readonly by?: Decider;
  readonly onTrial: readonly Decider[];
  readonly unsure: readonly string[];
}

/** What a gateway is asked, on a port of its Service. */
export type AskedGateway = Omit<Request, "listener" | "protocol"> & { readonly port: number };

/** A gateway that answers, and tells the steps by which it comes to its answer. */
export type Answering = (asked: AskedGateway, tell?: Tell) => GatewayAnswer;

/** A server of a Gateway, and whose it is. */
interface Server {
  readonly gateway: Read<Gateway>;
  readonly server: Gateway["servers"][number];
}

/** A gateway's half of the way: network, listener, policies, routes and registry. */
export function gatewayBehind(
  objects: Objects,
  service: Read<Service>,
  mesh: MeshSettings,
  network: Network,
  authorize: Authorize,
): Answering {
  const workload = workloadOf(objects, service);
  const askAuthorizer = authorizersOf(objects, workload, mesh, authorize);
  const judge = policiesOf(objects, workload, mesh);
  const authentications = authenticationsOf(objects, workload, mesh);
  const looksAtTokens = issuersIn(authentications).length > 0;
  const tokens = tokensOf(authentications);
  const reach = upstreamsOf(objects, workload, network);
  const servers = serversOf(objects, workload);
  const stripped = portsStripped(objects, workload.namespace);
  const listeners = remember((port: number) => listenerOf(objects, workload, servers, port));
  const hops = remember((listener: number) =>
    remember((namespace: string) => hopBetween(network, namespace, workload, listener)),
  );

  return ({ port, claims, ...asked }, tell) => {
    const listener = targetPort(service, port);
    const server = listeners(port)(asked.sni);
    if (listener === undefined || server === undefined) {
      tell?.({
        at: "gateway",
        passes: false,
        object: service.key,
        says: `listens to nothing of this on port ${port}`,
      });
      return { answer: "closed", onTrial: [], unsure: [] };
    }
    const hop = hops(listener)(asked.principal.split("/")[2] ?? "")(tell);
    if (!hop.gets) return { answer: "unavailable", onTrial: [], unsure: hop.unsure };
    const protocol = server.isHttp ? "http" : "tcp";
    tell?.({
      at: "gateway",
      passes: true,
      object: server.object,
      says: `takes ${server.isHttp ? "requests" : "connections"} on port ${port}${server.isMutual ? " in mutual TLS, which tells who calls" : ""}`,
    });
    const request: Request = {
      ...asked,
      authority: stripped.has(listener) ? withoutPort(asked.authority) : asked.authority,
      listener,
      protocol,
    };
    const authorized = askAuthorizer(request, tell);
    const untold = [...hop.unsure, ...authorized.unsure];
    const token = server.isHttp && looksAtTokens ? claims : undefined;
    // Whose token it is comes before what it may do.
    const refusal = authorized.allowed && token !== undefined ? tokens(token) : undefined;
    if (refusal !== undefined) {
      const { answer, object, says } = refusal;
      tell?.({ at: "policy", passes: false, object, says });
      return { answer, onTrial: [], unsure: untold };
    }
    const verdict = authorized.allowed
      ? judge(token === undefined ? request : { ...request, claims: token }, tell)
      : authorized;
    const told = answerOf(verdict, request, server, reach, tell);
    // What policies refuse is answered as what an authorizer refuses.
    const unsure = verdict.allowed ? untold : hop.unsure;
    return unsure.length === 0 ? told : { ...told, unsure: [...unsure, ...told.unsure] };
  };
}

/** From the caller's pods to the gateway's, by what both ends let. */
function hopBetween(network: Network, namespace: string, workload: Workload, listener: number) {
  const caller = { namespace };
  const out = passing(
    network.egress(caller, workload, listener),
    "hop",
    `pods of ${namespace} call the gateway on port ${listener}`,
  );
  const into = passing(
    network.ingress(workload, caller, listener),
    "hop",
    `the gateway be called by pods of ${namespace}`,
  );
  return (tell: Tell) => {
    const sent = out(tell);
    if (!sent.gets) return sent;
    const taken = into(tell);
    return { gets: taken.gets, unsure: [...sent.unsure, ...taken.unsure] };
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

function answerOf(
  verdict: Verdict,
  request: Request,
  server: Listening,
  reach: Reach,
  tell: Tell,
): GatewayAnswer {
  const { allowed, by, onTrial } = verdict;
  const unsure = server.isMutual
    ? verdict.unsure
    : [...verdict.unsure, `${server.object} takes the hop by another TLS than ISTIO_MUTUAL`];
  const granted = { ...(by === undefined ? {} : { by }), onTrial, unsure };
  const sent = ({ object, destinations }: Connections, route?: string): GatewayAnswer => {
    tell?.({
      at: "route",
      passes: true,
      object,
      ...(route === undefined ? {} : { route }),
      says: `leads to ${destinations.map(({ destination: { host, port } }) => `${host}:${port?.number}`).join(", ")}`,
    });
    const { gets, unsure: untold } = reach(destinations, request, tell);
    return { ...granted, answer: gets ? "allowed" : "unavailable", unsure: [...unsure, ...untold] };
  };
  if (!server.isHttp) {
    // Policies are asked when the first bytes come; without a route there is no chain of filters at all.
    if (!allowed) return { ...granted, answer: "closed" };
    if (server.connections !== undefined) return sent(server.connections);
    tell?.({ at: "route", passes: false, says: "the gateway has no route for connections on this port" });
    return { ...granted, answer: "closed" };
  }
  if (!allowed) return { ...granted, answer: "forbidden" };
  const route = routeOf(domainOf(server.domains, request.authority) ?? [], request);
  if (route === undefined) {
    tell?.({ at: "route", passes: false, says: `the gateway has no route for ${request.authority}` });
    return { answer: "not-found", onTrial, unsure };
  }
  const told = { ...granted, unsure: [...unsure, ...route.unsure] };
  const decided = { object: route.object, ...(route.name === undefined ? {} : { route: route.name }) };
  if (route.status !== undefined || route.destinations.length === 0) {
    const says = route.status === undefined ? "leads to no host" : `answers ${route.status} by itself`;
    tell?.({ at: "route", passes: false, ...decided, says });
    const answer = STATUSES[route.status ?? 0] ?? "unknown";
    return { ...told, answer, by: decided };
  }
  const answered = sent(route, route.name);
  return { ...answered, unsure: [...answered.unsure, ...route.unsure] };
}

/** What a route may answer by itself. */
const STATUSES: Readonly<Record<number, GatewayAnswer["answer"]>> = { 403: "forbidden", 404: "not-found" };

/** The pods behind a Service: its selector stands for their labels where no Deployment tells more. */
export function workloadOf(objects: Objects, { namespace, spec }: Read<Service>): Workload {
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
export function serversOf(objects: Objects, workload: Workload): Server[] {
  return objects("Gateway")
    .filter((gateway) => gateway.namespace === workload.namespace && selectsPods(gateway, workload))
    .flatMap((gateway) => gateway.spec.servers.map((server) => ({ gateway, server })));
}

/** Whether a Gateway is for the pods of a workload, wherever it stands. */
export function selectsPods({ spec: { selector = {} } }: Read<Gateway>, { labels }: Workload): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** The VirtualServices that a gateway in a namespace takes routes from. */
export function boundTo(objects: Objects, namespace: string, gateway: Read<Gateway>): Read<VirtualService>[] {
  return objects("VirtualService").filter(
    (service) =>
      isSeenIn(namespace, service) &&
      (service.spec.gateways ?? []).some(
        (name) =>
          name === `${namespace}/${gateway.name}` ||
          (name === gateway.name && service.namespace === namespace),
      ),
  );
}

/** Whether a server sees requests, and not connections alone. */
export function isForHttp({ server }: Server): boolean {
  return ["HTTP", "HTTPS", "HTTP2", "GRPC"].includes(server.port.protocol);
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
        const bound = boundTo(objects, namespace, gateway);
        const isHttp = isForHttp({ gateway, server });
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
  return (sni) => nearest(byName, sni);
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
