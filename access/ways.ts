import type { Manifest } from "../plan/manifest.ts";
import { evaluator, type Probe } from "./evaluate.ts";
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

/**
 * Reads which ways there are out of manifests, whoever made them: for each pattern that an ALLOW rule names, a request
 * that fits it is asked of the gateways behind the policy, and of the caller's own sidecar.
 */
export function waysIn(manifests: readonly Manifest[]): Ways {
  const objects = readObjects(manifests);
  const { atGateway, evaluate } = evaluator(manifests);
  const services = Map.groupBy(objects("Service"), ({ namespace }) => namespace);
  const reachable = new Map<string, Way>();
  const routable = new Map<string, Way>();
  for (const { namespace, spec } of objects("AuthorizationPolicy"))
    for (const sample of samplesOf(spec))
      for (const service of services.get(namespace) ?? []) {
        const port = portOf(service, sample.listener);
        if (port === undefined) continue;
        const way = wayOf(sample, port);
        const key = Object.values(way).join(" ");
        if (reachable.has(key)) continue;
        const probe = probeOf(sample, port);
        const { principal, host, authority = "", method = "GET", path = "/", headers = {} } = probe;
        const { answer } = atGateway(`${service.name}.${namespace}.svc.cluster.local`, {
          principal,
          port,
          sni: sample.isSni ? host : "",
          authority,
          method,
          path,
          headers,
          claims: sample.claims,
        });
        if (answer !== "allowed") continue;
        reachable.set(key, way);
        // Policies take an authority with its port and without; clients have one way to ask, the evaluator's default.
        const { authority: _, ...asked } = probe;
        if (evaluate(asked).answer === "allowed") routable.set(key, way);
      }
  return { reachable: [...reachable.values()], routable: [...routable.values()] };
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
    method: textOf(method).replace(/^any$/, "GET"),
    path: textOf(path).replace(/^(?!\/)/, "/"),
    headers,
    claims,
  };
}
