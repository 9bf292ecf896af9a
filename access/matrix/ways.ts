import type { Manifest } from "../../plan/manifest.ts";
import { type Evaluator, evaluator, type Probe } from "../evaluate/evaluate.ts";
import type { GatewayAnswer } from "../evaluate/gateway.ts";
import { anyOf } from "../evaluate/match.ts";
import { isOnTrial } from "../evaluate/policies.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import { type Entrance, entrancesIn } from "./entrances.ts";
import { narrowedToExcepts } from "./refusals.ts";
import { type Conditions, nameOf, type Sample, samplesOf, samplesOfRule, textOf } from "./samples.ts";

/** That a caller gets to a host's port, as a set of manifests says. */
export interface Way {
  /** As Istio writes it; `…/ns/news/*` means every account of news. */
  readonly principal: string;
  readonly host: string;
  readonly port: number;
  /** A pattern of Istio's policies; `*` for every path. */
  readonly path: string;
  /** A pattern of Istio's policies; `*` for every method. */
  readonly method: string;
}

/** What a set of manifests lets happen. */
interface Ways {
  /** What the gateways let through, whatever a caller's own sidecar does: policy, listener, route and registry. */
  readonly reachable: readonly Way[];
  /** Of these, the ones to which a caller's sidecar turns by itself, by whatever route of several it takes. */
  readonly routable: readonly Way[];
}

/** A way, and the request by which it was found. */
export interface AskedWay {
  readonly way: Way;
  readonly sample: Sample;
  readonly entrance: Entrance;
  /** Whether the caller's own sidecar turns to it. */
  readonly isRoutable: boolean;
  /** What is not judged and could change the answer. */
  readonly unsure: readonly string[];
}

/**
 * Reads which ways there are out of manifests, whoever made them: for each pattern that an ALLOW rule names, a request
 * that fits it is asked of the gateways behind the policy, and of the caller's own sidecar.
 */
export function waysIn(manifests: readonly Manifest[]): Ways {
  const reachable = new Map<string, Way>();
  const routable = new Map<string, Way>();
  for (const { way, isRoutable } of askWays(evaluator(manifests))) {
    const key = Object.values(way).join(" ");
    if (reachable.has(key)) continue;
    reachable.set(key, way);
    if (isRoutable) routable.set(key, way);
  }
  return { reachable: [...reachable.values()], routable: [...routable.values()] };
}

/** As {@link waysIn}, one after the other, each with how it was asked for. */
export function* askWays(ask: Evaluator, entrances = entrancesOf(ask)): Generator<AskedWay> {
  for (const entrance of entrances) {
    const known = new Set<string>();
    for (const sample of allowedSamples(entrance)) {
      const port = entrance.portOf(sample.listener);
      if (port === undefined) continue;
      const way = wayOf(sample, port);
      // A host is in a policy with its port and without.
      const key = `${Object.values(way).join(" ")} ${JSON.stringify([sample.except, sample.claims, sample.headers])}`;
      if (known.has(key)) continue;
      const found = allowedOf(ask, entrance, sample, port);
      if (found === undefined) continue;
      known.add(key);
      const { unsure } = found;
      // Policies take an authority with its port and without; clients have one way to ask, the evaluator's default.
      const { authority: _, ...asked } = found.probe;
      const called = ask.evaluate(asked);
      yield {
        way,
        sample,
        entrance,
        isRoutable: called.answer === "allowed",
        unsure:
          unsure.length + called.unsure.length === 0 ? unsure : [...new Set([...unsure, ...called.unsure])],
      };
    }
  }
}

/** A request of a sample that gets through: of what a denial refuses, one that it leaves out of that. */
function allowedOf(ask: Evaluator, entrance: Entrance, sample: Sample, port: number) {
  const askedFor = (narrowed: Sample) => {
    const probe = probeOf(narrowed, port, entrance, ask.mesh);
    return { probe, ...askedAt(ask, entrance, narrowed, probe) };
  };
  const first = askedFor(sample);
  if (first.answer === "allowed") return first;
  if (first.answer !== "forbidden" && first.answer !== "closed") return undefined;
  const denials = entrance.denials(nameOf(sample.host));
  return narrowedToExcepts(sample, denials)
    .map(askedFor)
    .find(({ answer }) => answer === "allowed");
}

/** The gateways of what an evaluator reads. */
export function entrancesOf({ objects, mesh }: Evaluator): Entrance[] {
  return entrancesIn(objects, mesh);
}

/** Where no policy allows anything, nothing is asked of anybody. */
function allowedSamples({ policies, targets }: Entrance): Sample[] {
  const allowing = policies.filter(({ spec: { action = "ALLOW" } }) => action === "ALLOW");
  return [
    ...allowing.flatMap((policy) => samplesOf(policy, targets)),
    ...(allowing.every(isOnTrial) ? samplesOfRule({}, "", targets) : []),
  ];
}

/** What a gateway answers to a sample on a port of its Service, past any sidecar. */
export function askGateway(ask: Evaluator, entrance: Entrance, sample: Sample, port: number): GatewayAnswer {
  return askedAt(ask, entrance, sample, probeOf(sample, port, entrance, ask.mesh));
}

function askedAt(
  { atGateway }: Evaluator,
  { service }: Entrance,
  { isSni }: Sample,
  { host, ...asked }: ReturnType<typeof probeOf>,
): GatewayAnswer {
  return atGateway(service, { ...asked, sni: isSni ? host : "" });
}

/** What a sample stands for, on a port of its gateway's Service. */
function wayOf({ principal, host, path, method }: Sample, port: number): Way {
  return { principal, host: nameOf(host), port, path, method: method === "CONNECT" ? "*" : method };
}

function probeOf(sample: Sample, port: number, { issuers }: Entrance, { trustDomain }: MeshSettings) {
  const { principal, isSni, path, method, headers, claims } = sample;
  const name = textOf(nameOf(sample.host));
  // A prefix leaves the port to the route.
  const authority = sample.host.endsWith("*") ? `${name}:${port}` : textOf(sample.host);
  return {
    // A pattern may end in a namespace; `cluster.local` means the mesh's own trust domain.
    principal: textOf(principal)
      .replace(/\/ns\/[^/]*$/, "$&/sa/any")
      .replace(/^cluster\.local\//, `${trustDomain}/`),
    host: name,
    port,
    scheme: isSni ? ("https" as const) : method === "CONNECT" ? ("tcp" as const) : ("http" as const),
    authority,
    // Of every method one that no rule is likely to name: what is refused of some is not refused of all.
    method: textOf(method),
    path: textOf(path).replace(/^(?!\/)/, "/"),
    headers: textsOf(headers),
    // Who asks for no end user sends no token.
    ...(Object.keys(claims).length === 0
      ? {}
      : { claims: { ...textsOf(claims), iss: issuerOf(claims, issuers) } }),
  } satisfies Probe;
}

/** Who made a token: an issuer that the gateway takes, if one fits. */
function issuerOf({ iss = ["*"] }: Conditions, issuers: readonly string[]): string {
  return issuers.find(anyOf(iss)) ?? textOf(iss[0] ?? "*");
}

function textsOf(conditions: Conditions): Record<string, string> {
  return Object.fromEntries(Object.entries(conditions).map(([name, [value = "*"]]) => [name, textOf(value)]));
}
