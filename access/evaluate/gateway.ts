import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { Connections, Service } from "../manifests/specs.ts";
import { type Authorize, authorizersOf } from "./authorizers.ts";
import { domainOf, type Route, routeOf, withoutPort } from "./http-routes.ts";
import { type Listening, listenerOf, serversOf } from "./listeners.ts";
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
    const route = server.isHttp
      ? routeOf(domainOf(server.domains, request.authority) ?? [], request)
      : undefined;
    // Envoy asks no authorizer about a request that no route takes.
    const authorized = server.isHttp && route === undefined ? UNASKED : askAuthorizer(request, tell);
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
    const told = answerOf(verdict, { request, server, route }, reach, tell);
    // What policies refuse is answered as what an authorizer refuses.
    const unsure = verdict.allowed ? untold : hop.unsure;
    return unsure.length === 0 ? told : { ...told, unsure: [...unsure, ...told.unsure] };
  };
}

const UNASKED: Verdict = { allowed: true, onTrial: [], unsure: [] };

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

/** What a listener takes, and the route of a request. */
interface Taken {
  readonly request: Request;
  readonly server: Listening;
  readonly route: Route | undefined;
}

function answerOf(
  verdict: Verdict,
  { request, server, route }: Taken,
  reach: Reach,
  tell: Tell,
): GatewayAnswer {
  const { allowed, by, onTrial } = verdict;
  const unsure = server.isMutual
    ? verdict.unsure
    : [...verdict.unsure, `${server.object} takes the hop by another TLS than ISTIO_MUTUAL`];
  const granted = { ...(by === undefined ? {} : { by }), onTrial, unsure };
  const sent = ({ object, destinations }: Connections, name?: string): GatewayAnswer => {
    tell?.({
      at: "route",
      passes: true,
      object,
      ...(name === undefined ? {} : { route: name }),
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
