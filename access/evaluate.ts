import type { Json, Manifest } from "../plan/manifest.ts";
import { type AskedGateway, type GatewayAnswer, gatewayBehind } from "./gateway.ts";
import { DEFAULT_MESH, type MeshSettings } from "./mesh.ts";
import { normalisedPath } from "./path.ts";
import type { Decider } from "./policies.ts";
import { type Objects, readObjects } from "./read.ts";
import { type Sidecars, sidecarsIn, type Turn } from "./sidecar.ts";
import { unjudgedIn } from "./unjudged.ts";

/** One call of an application. */
export interface Probe {
  /** Who calls, as a certificate says it: `cluster.local/ns/news/sa/politics`. */
  readonly principal: string;
  /** The name called; of https the name asked for in TLS, `""` for none. */
  readonly host: string;
  readonly port: number;
  /** What the application itself speaks; with tcp, and with https, nobody on the way sees more than a connection. */
  readonly scheme: "http" | "https" | "tcp";
  /** The address called; for TCP hosts that are declared by addresses. */
  readonly address?: string;
  /** The Host header; by default the host, and its port unless that is the scheme's own. */
  readonly authority?: string;
  /** Default GET. */
  readonly method?: string;
  /** Default /. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a valid token that the request has. */
  readonly claims?: Readonly<Record<string, Json>>;
}

/**
 * What the application sees.
 *
 * - allowed: it gets to the host
 * - not-found: 404, of the gateway
 * - forbidden: 403, of the gateway
 * - closed: the connection is closed or reset
 * - unknown-host: 502, of its own sidecar, which knows no such host
 * - unavailable: 503, as a route leads to what its proxy does not know
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
  readonly evaluate: (probe: Probe) => Outcome;
  /** The answer of one gateway, asked past any sidecar. */
  readonly atGateway: (service: string, asked: AskedGateway) => GatewayAnswer;
  /** Where a caller's sidecar turns, by all that could win. */
  readonly turns: (probe: Probe) => readonly Turn[];
}

/**
 * What real Istio and Envoy would answer, read out of manifests alone, whoever made them.
 *
 * @param manifests planned, rendered or live; the gateways' Services among them
 * @param mesh what MeshConfig says, where it differs from Istio's defaults
 * @example
 * const { evaluate } = evaluator(planEnvironment(environment).map(({ manifest }) => manifest));
 * evaluate({ principal: "cluster.local/ns/news/sa/politics", host: "edition.cnn.com", port: 80, scheme: "http" });
 */
export function evaluator(manifests: readonly Manifest[], mesh: Partial<MeshSettings> = {}): Evaluator {
  const settings = { ...DEFAULT_MESH, ...mesh };
  const objects = readObjects(manifests);
  const unjudged = unjudgedIn(manifests, settings.rootNamespace);
  const gateways = remember((service: string) => gatewayNamed(objects, service, settings));
  const sidecars = remember((namespace: string): Sidecars => sidecarsIn(namespace, objects, settings));
  const turnsOf = (probe: Probe) => sidecars(namespaceOf(probe)).turns(askedOf(probe, settings));

  const along = (turn: Turn, probe: Probe): Outcome => {
    if (turn.to !== "gateway") return { answer: turn.to, onTrial: [], unsure: [] };
    const { path, authority, method, headers } = askedOf(probe, settings);
    const { principal, claims } = probe;
    const told = gateways(turn.service)({
      principal,
      port: turn.port,
      sni: turn.sni,
      ...(turn.tunnel === undefined
        ? { authority, method, path, headers }
        : { authority: turn.tunnel, method: "CONNECT", path: "", headers: {} }),
      ...(claims === undefined ? {} : { claims }),
    });
    const unsure = [...told.unsure, ...unjudged(homeOf(turn.service))];
    // Of a connection no status comes back.
    const refused = probe.scheme !== "http" || turn.tunnel !== undefined;
    if (refused && told.answer !== "allowed" && told.answer !== "unknown")
      return { ...told, answer: "closed", unsure };
    return { ...told, unsure };
  };

  return {
    turns: turnsOf,
    atGateway: (service, asked) => gateways(service)(asked),
    evaluate: (probe) => {
      const outcomes = turnsOf(probe).map((turn) => along(turn, probe));
      const [outcome = { answer: "unknown" as const, onTrial: [], unsure: [] }, ...others] = outcomes;
      const namespace = namespaceOf(probe);
      const unsure = [...outcome.unsure, ...sidecars(namespace).unsure, ...unjudged(namespace)];
      if (others.every(({ answer }) => answer === outcome.answer)) return { ...outcome, unsure };
      const answers = [...new Set(outcomes.map(({ answer }) => answer))].join(", ");
      return {
        answer: "unknown",
        onTrial: [],
        unsure: [...unsure, `several routes claim ${probe.host}:${probe.port}: ${answers}`],
      };
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

const DEFAULT_PORT: Readonly<Partial<Record<Probe["scheme"], number>>> = { http: 80, https: 443 };

function askedOf(probe: Probe, { pathNormalization }: MeshSettings) {
  const { host, port, scheme, method = "GET", path = "/", headers = {} } = probe;
  const written = DEFAULT_PORT[scheme] === port ? host : `${host}:${port}`;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...probe,
    authority: probe.authority ?? written,
    method,
    path: normalisedPath(path, pathNormalization),
    headers: Object.fromEntries(lower) as Readonly<Record<string, string>>,
  };
}

function namespaceOf({ principal }: Probe): string {
  return principal.split("/")[2] ?? "";
}

function homeOf(service: string): string {
  return service.split(".")[1] ?? "";
}

function gatewayNamed(
  objects: Objects,
  name: string,
  mesh: MeshSettings,
): (asked: AskedGateway) => GatewayAnswer {
  const service = objects("Service").find((one) => name.startsWith(`${one.name}.${one.namespace}.svc.`));
  if (service !== undefined) return gatewayBehind(objects, service, mesh);
  return () => ({ answer: "unavailable", onTrial: [], unsure: [] });
}

function remember<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.set(key, found);
    return found;
  };
}
