import type { Json, Manifest } from "../../plan/manifest.ts";
import { DEFAULT_MESH, type MeshSettings } from "../manifests/mesh.ts";
import { type Objects, readObjects, serviceNamed } from "../manifests/read.ts";
import { unjudgedIn } from "../manifests/unjudged.ts";
import type { Authorize } from "./authorizers.ts";
import { type Answering, type AskedGateway, type GatewayAnswer, gatewayBehind } from "./gateway.ts";
import { type Network, networkOf } from "./network.ts";
import { passing } from "./passage.ts";
import { normalisedPath } from "./path.ts";
import { remember } from "./remember.ts";
import { type Headers, valuesOf } from "./request.ts";
import { type AskedSidecar, sidecarsIn, type Turn } from "./sidecar.ts";
import type { Decider, Tell } from "./step.ts";

/** One call of an application. */
export interface Probe {
  /** Who calls, as a certificate says it: `cluster.local/ns/news/sa/politics`. */
  readonly principal: string;
  /** The name called; of https the name asked for in TLS, `""` for none. */
  readonly host: string;
  readonly port: number;
  /** What the application itself speaks; with tcp, and with https, nobody on the way sees more than a connection. */
  readonly scheme: "http" | "https" | "tcp";
  /** The address called, where the host is a name: without it nobody can tell what is routed by address. */
  readonly address?: string;
  /** The Host header; by default the host, and its port unless that is the scheme's own. */
  readonly authority?: string;
  /** Default GET. */
  readonly method?: string;
  /** Default /. */
  readonly path?: string;
  readonly headers?: Headers;
  /** Of a valid token that the request has where gateways look for one; without `aud` it is for them. */
  readonly claims?: Readonly<Record<string, Json>>;
}

/**
 * What the application sees.
 *
 * - allowed: it gets to the host
 * - not-found: 404, of the gateway
 * - unauthorized: 401, of the gateway, which does not take the token
 * - forbidden: 403, of the gateway
 * - closed: the connection is closed or reset
 * - unknown-host: 502, of its own sidecar, which knows no such host
 * - unavailable: 503, as a route leads to what its proxy does not know, or a NetworkPolicy lets no packet there
 * - direct: its sidecar lets it leave past every gateway
 * - unknown: the manifests do not tell; the outcome says why
 */
export type Answer = GatewayAnswer["answer"] | Exclude<Turn["to"], "gateway">;

/** What comes of a call. */
export interface Outcome {
  readonly answer: Answer;
  /** What decided at the gateway: absent where no rule allowed, and where no rule was asked. */
  readonly by?: Decider;
  /** The DENY rules on trial that would refuse it. */
  readonly onTrial: readonly Decider[];
  /** What is not judged and could change the answer. Empty: the answer holds. */
  readonly unsure: readonly string[];
}

/** Reads manifests once, for many calls. */
export interface Evaluator {
  /** What it reads. */
  readonly objects: Objects;
  readonly mesh: MeshSettings;
  /** With `tell` also each step of the way, in order, until the one that decides. */
  readonly evaluate: (probe: Probe, tell?: Tell) => Outcome;
  /** The answer of one gateway, asked past any sidecar. */
  readonly atGateway: (service: string, asked: AskedGateway) => GatewayAnswer;
}

/**
 * What real Istio and Envoy would answer, read out of manifests alone, whoever made them.
 *
 * @param manifests planned, rendered or live; the gateways' Services among them
 * @param mesh what MeshConfig says, where it differs from Istio's defaults
 * @param authorize what external authorizers answer; by default that is not known, and an outcome says so where it
 *   could change the answer
 * @example
 * const { evaluate } = evaluator(planEnvironment(environment).map(({ manifest }) => manifest));
 * evaluate({ principal: "cluster.local/ns/news/sa/politics", host: "edition.cnn.com", port: 80, scheme: "http" });
 */
export function evaluator(
  manifests: readonly Manifest[],
  mesh: Partial<MeshSettings> = {},
  authorize: Authorize = () => undefined,
): Evaluator {
  const settings = { ...DEFAULT_MESH, ...mesh };
  const objects = readObjects(manifests);
  const unjudged = unjudgedIn(manifests, settings.rootNamespace);
  const network = networkOf(objects);
  const gateways = remember((service: string) => ({
    ask: gatewayNamed(objects, service, settings, network, authorize),
    unsure: unjudged(service.split(".")[1] ?? ""),
  }));
  const namespaces = remember((namespace: string) => {
    const sidecars = sidecarsIn(namespace, objects, settings);
    const outside = remember((port: number) => pastGateways(network, namespace, port));
    return { turns: sidecars.turns, outside, unsure: [...sidecars.unsure, ...unjudged(namespace)] };
  });
  const callers = remember((principal: string) => namespaces(principal.split("/")[2] ?? ""));

  const along = (turn: Turn, asked: Asked, tell: Tell): Outcome => {
    // Of a connection no status comes back.
    const isConnection = asked.scheme !== "http" || (turn.to === "gateway" && turn.tunnel !== undefined);
    const { principal, claims, path, authority, method, headers } = asked;
    if (turn.to === "direct") {
      const { gets, unsure } = callers(principal).outside(asked.port).leave(tell);
      const refusal = isConnection ? "closed" : "unavailable";
      return { answer: gets ? "direct" : refusal, onTrial: NONE, unsure };
    }
    if (turn.to === "unknown") return { answer: "unknown", onTrial: NONE, unsure: [turn.why] };
    if (turn.to !== "gateway") return { answer: turn.to, onTrial: NONE, unsure: NONE };
    const { ask, unsure } = gateways(turn.service);
    const seen = normalisedPath(path, settings.pathNormalization);
    const told = ask(
      {
        principal,
        port: turn.port,
        sni: turn.sni,
        ...(turn.tunnel === undefined
          ? { authority, method, path: seen, headers }
          : { authority: turn.tunnel, method: "CONNECT", path: "", headers: {} }),
        ...(claims === undefined ? {} : { claims }),
      },
      tell,
    );
    const isSeen = !isConnection || told.answer === "allowed" || told.answer === "unknown";
    return { ...told, answer: isSeen ? told.answer : "closed", unsure: joined(told.unsure, unsure) };
  };

  return {
    objects,
    mesh: settings,
    atGateway: (service, asked) => gateways(service).ask(asked),
    evaluate: (probe, tell) => {
      const asked = askedOf(probe, settings);
      const caller = callers(probe.principal);
      if (tell !== undefined) caller.outside(probe.port).look(tell);
      const turns = caller.turns(asked, tell);
      // Of several ways the first is told: the others are named by the routes that claim the host.
      const outcomes = turns.map((turn, index) => along(turn, asked, index === 0 ? tell : undefined));
      const [outcome = { answer: "unknown" as const, onTrial: NONE, unsure: NONE }, ...others] = outcomes;
      const unsure = joined(outcome.unsure, caller.unsure);
      if (others.every(({ answer }) => answer === outcome.answer)) return { ...outcome, unsure };
      const answers = [...new Set(outcomes.map(({ answer }) => answer))].join(", ");
      const claimed = `several routes claim ${probe.host}:${probe.port}: ${answers}`;
      return { answer: "unknown", onTrial: NONE, unsure: [...unsure, claimed] };
    },
  };
}

/** The way out of a namespace that no gateway sees. */
function pastGateways(network: Network, namespace: string, port: number) {
  const passage = network.egress({ namespace }, "outside", port);
  const words = {
    open: `leaves ${namespace} a way to the outside past the gateways, on port ${port}`,
    closed: `closes every way from ${namespace} to the outside past the gateways`,
    unknown: `may leave ${namespace} a way to the outside past the gateways, on port ${port}`,
  };
  return {
    leave: passing(passage, "lockdown", `pods of ${namespace} call the outside on port ${port}`),
    look: (tell: NonNullable<Tell>) => {
      const says = words[passage.is];
      if (passage.by.length > 0)
        for (const object of passage.by) tell({ at: "lockdown", passes: true, object, says });
      else tell({ at: "lockdown", passes: true, says: `no NetworkPolicy is for the pods of ${namespace}` });
    },
  };
}

/** The answer to one call; for many over the same manifests see {@link evaluator}. */
export function evaluate(
  manifests: readonly Manifest[],
  probe: Probe,
  mesh: Partial<MeshSettings> = {},
): Outcome {
  return evaluator(manifests, mesh).evaluate(probe);
}

const NONE: readonly never[] = [];

function joined<T>(some: readonly T[], others: readonly T[]): readonly T[] {
  return others.length === 0 ? some : [...some, ...others];
}

const DEFAULT_PORT: Readonly<Partial<Record<Probe["scheme"], number>>> = { http: 80, https: 443 };

type Asked = Probe & AskedSidecar;

/** The probe with its defaults, as its sidecar sees it. */
function askedOf(probe: Probe, { pathNormalization }: MeshSettings): Asked {
  const { host, port, scheme, authority, method = "GET", path = "/", headers = {} } = probe;
  return {
    ...probe,
    authority: authority ?? (DEFAULT_PORT[scheme] === port ? host : `${host}:${port}`),
    method,
    path: normalisedPath(path, pathNormalization),
    headers: inLowerCase(headers),
  };
}

function inLowerCase(headers: Headers): Headers {
  const names = Map.groupBy(Object.keys(headers), (name) => name.toLowerCase());
  return Object.fromEntries(
    [...names].map(([lower, written]) => [lower, written.flatMap((name) => valuesOf(headers, name))]),
  );
}

function gatewayNamed(
  objects: Objects,
  name: string,
  mesh: MeshSettings,
  network: Network,
  authorize: Authorize,
): Answering {
  const service = serviceNamed(objects, name);
  if (service !== undefined) return gatewayBehind(objects, service, mesh, network, authorize);
  return (_, tell) => {
    tell?.({ at: "gateway", passes: false, says: `there is no Service ${name}` });
    return { answer: "unavailable", onTrial: [], unsure: [] };
  };
}
