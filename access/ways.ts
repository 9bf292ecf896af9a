import type { Manifest } from "../plan/manifest.ts";
import { type Evaluator, evaluator, type Probe } from "./evaluate.ts";
import type { AskedGateway } from "./gateway.ts";
import { withoutPort } from "./http-routes.ts";
import { type Read, readObjects, type Service } from "./read.ts";
import { type Sample, samplesOf, textOf } from "./samples.ts";

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
export interface Ways {
  /** What the gateways let through, whatever a caller's own sidecar does: policy, listener, route and registry. */
  readonly reachable: readonly Way[];
  /** Of these, the ones to which a caller's sidecar turns by itself, by whatever route of several it takes. */
  readonly routable: readonly Way[];
}

/** A way, and the request by which it was found. */
export interface AskedWay {
  readonly way: Way;
  readonly sample: Sample;
  /** The gateway's Service, by its full name. */
  readonly service: string;
  /** Whether the caller's own sidecar turns to it. */
  readonly isRoutable: boolean;
}

/**
 * Reads which ways there are out of manifests, whoever made them: for each pattern that an ALLOW rule names, a request
 * that fits it is asked of the gateways behind the policy, and of the caller's own sidecar.
 */
export function waysIn(manifests: readonly Manifest[]): Ways {
  const reachable = new Map<string, Way>();
  const routable = new Map<string, Way>();
  for (const { way, isRoutable } of askWays(manifests, evaluator(manifests))) {
    const key = Object.values(way).join(" ");
    if (reachable.has(key)) continue;
    reachable.set(key, way);
    if (isRoutable) routable.set(key, way);
  }
  return { reachable: [...reachable.values()], routable: [...routable.values()] };
}

/** As {@link waysIn}, one after the other, each with how it was asked for. */
export function* askWays(
  manifests: readonly Manifest[],
  { atGateway, evaluate }: Evaluator,
): Generator<AskedWay> {
  const objects = readObjects(manifests);
  const known = new Set<string>();
  const services = Map.groupBy(objects("Service"), ({ namespace }) => namespace);
  for (const { namespace, spec } of objects("AuthorizationPolicy"))
    for (const sample of samplesOf(spec))
      for (const service of services.get(namespace) ?? []) {
        const port = portOf(service, sample.listener);
        if (port === undefined) continue;
        const way = wayOf(sample, port);
        // A host is in a policy with its port and without.
        const key = JSON.stringify([way, sample.except, sample.claims, sample.headers]);
        if (known.has(key)) continue;
        const probe = probeOf(sample, port);
        const name = `${service.name}.${namespace}.svc.cluster.local`;
        if (atGateway(name, askedAtGateway(sample, probe)).answer !== "allowed") continue;
        known.add(key);
        // Policies take an authority with its port and without; clients have one way to ask, the evaluator's default.
        const { authority: _, ...asked } = probe;
        const isRoutable = evaluate(asked).answer === "allowed";
        yield { way, sample, service: name, isRoutable };
      }
}

/** What a gateway is asked for a sample. */
function askedAtGateway({ isSni, claims }: Sample, probe: Probe): AskedGateway {
  const { principal, port, host, authority = "", method = "GET", path = "/", headers = {} } = probe;
  return { principal, port, sni: isSni ? host : "", authority, method, path, headers, claims };
}

function portOf({ spec: { ports = [] } }: Read<Service>, listener: number): number | undefined {
  return ports.find(({ port, targetPort = port }) => Number(targetPort) === listener)?.port;
}

function wayOf({ principal, host, path, method }: Sample, port: number): Way {
  return { principal, host: withoutPort(host), port, path, method: method === "CONNECT" ? "*" : method };
}

function probeOf(sample: Sample, port: number): Probe {
  const { principal, isSni, path, method, headers, claims } = sample;
  const authority = textOf(sample.host);
  const host = withoutPort(authority);
  return {
    principal: textOf(principal),
    host,
    port,
    scheme: isSni ? "https" : method === "CONNECT" ? "tcp" : "http",
    // A prefix of addresses leaves the port to the route.
    authority: sample.host.endsWith("*") ? `${authority}:${port}` : authority,
    // Of every method one that no rule is likely to name: what is refused of some is not refused of all.
    method: textOf(method),
    path: textOf(path).replace(/^(?!\/)/, "/"),
    headers,
    claims,
  };
}
