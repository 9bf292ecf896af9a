import type { Host } from "../../../model/environment.ts";
import { isWildcard } from "../../../model/hosts/settings.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import { accessPolicy, notFoundPolicy } from "../access/allow.ts";
import { type RouteMatch, refusedRoute, routeMatches } from "../access/not-found.ts";
import { gatewayReference, type HostsContext, shardMetadata } from "../context.ts";
import { HTTP_SUBSET } from "../hop.ts";
import { meshVirtualService, toGateway } from "../mesh-route.ts";
import type { Shard } from "../shards.ts";
import { hasOwnCluster, planOwnCluster } from "./own-cluster.ts";
import { anchorsOf } from "./ports.ts";
import { planRateLimit } from "./rate-limit.ts";
import { sharedUpstream, type Upstream } from "./upstream.ts";
import { multiplexed, spokenInHttp2, VERSION_HEADER } from "./version.ts";

/** Whether a host has routes or a cluster that no other host can share. */
export function standsAlone(host: Host): boolean {
  return isWildcard(host) || host.rateLimit !== undefined || hasOwnCluster(host);
}

/**
 * The modes in which the application speaks HTTP. Its sidecar sends the request over the hop; the gateway looks at the
 * caller and the authority, and sends it on in the way of the mode.
 */
export function planHttp(context: HostsContext, shard: Shard): PlannedObject[] {
  const [host] = shard.hosts;
  const own = hasOwnCluster(host) ? planOwnCluster(context, shard) : undefined;
  const upstream = own?.upstream ?? sharedUpstream(context, host);
  return [
    ...(own?.objects ?? []),
    { wave: "routes", manifest: gatewayRoutes(context, shard, upstream) },
    { wave: "routes", manifest: accessPolicy(context, shard) },
    ...planRateLimit(context, shard),
    { wave: "mesh", manifest: meshRoute(context, shard, upstream) },
    ...(shard.refusal === undefined
      ? []
      : [{ wave: "answers", manifest: notFoundPolicy(context, shard) } satisfies PlannedObject]),
  ];
}

/** Requests that can be sent twice without harm. */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
/** What the server can't have answered. */
const RETRY_ON = "connect-failure,refused-stream,reset";
const DEFAULT_RETRIES = { attempts: 2, methods: "idempotent" } as const;

/**
 * What the mesh adds to a request, and what tracers do: the formats that OpenTelemetry, Envoy and Istio write, and those
 * of Jaeger, X-Ray, Lightstep, SkyWalking, Datadog, Google, Elastic and New Relic. The outside has no use for it and
 * would learn of pods, identities and traces. Also removed where the application itself set them. Each name stands in
 * every route at the gateway; Envoy removes by whole names alone.
 */
const STAYS_INSIDE = [
  "b3",
  "baggage",
  "elastic-apm-traceparent",
  "forwarded",
  "grpc-tags-bin",
  "grpc-trace-bin",
  "jaeger-baggage",
  "jaeger-debug-id",
  "newrelic",
  "ot-tracer-sampled",
  "ot-tracer-spanid",
  "ot-tracer-traceid",
  "sw8",
  "sw8-correlation",
  "sw8-x",
  "traceparent",
  "tracestate",
  "uber-trace-id",
  "x-amzn-trace-id",
  "x-b3-flags",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "x-b3-spanid",
  "x-b3-traceid",
  "x-client-trace-id",
  "x-cloud-trace-context",
  "x-datadog-origin",
  "x-datadog-parent-id",
  "x-datadog-sampling-priority",
  "x-datadog-tags",
  "x-datadog-trace-id",
  "x-envoy-attempt-count",
  "x-envoy-decorator-operation",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-external-address",
  "x-envoy-internal",
  "x-envoy-peer-metadata",
  "x-envoy-peer-metadata-id",
  "x-forwarded-client-cert",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-istio-attributes",
  "x-ot-span-context",
  "x-real-ip",
  "x-request-id",
  VERSION_HEADER,
] as const;

/** The same routes for all hosts of the shard, whose names are the virtual hosts' domains: found by hash. */
function gatewayRoutes(context: HostsContext, shard: Shard, upstream: Upstream): Manifest {
  const { port, settings, hosts, refusal } = shard;
  const { attempts, methods } = settings.retries ?? DEFAULT_RETRIES;
  const remove = [...STAYS_INSIDE, ...tokenHeaders(context)];
  const route = (matches: readonly RouteMatch[], number: number, attempts: number): Json => ({
    // A wildcard's name tells its routes in the log and the counters; others are told by their authority.
    name: isWildcard(hosts[0]) ? hosts[0].host : shard.name,
    match: matches.map((match) => ({ port, ...match })),
    route: [{ destination: { host: upstream.host, port: { number } } }],
    headers: { request: { remove } },
    retries: attempts === 0 ? { attempts } : { attempts, retryOn: RETRY_ON },
    ...(settings.timeout === undefined ? {} : { timeout: settings.timeout }),
  });
  const matchesOf = (methods?: readonly string[]): RouteMatch[] => {
    if (refusal !== undefined) return routeMatches(refusal, methods);
    return [methods === undefined ? {} : { method: { regex: methods.join("|") } }];
  };
  const everyAttempt = attempts === 0 || methods === "all";
  const routes = (version: (match: RouteMatch) => RouteMatch, number: number) => {
    const again = everyAttempt ? [] : matchesOf(IDEMPOTENT).map(version);
    const once = route(matchesOf().map(version), number, everyAttempt ? attempts : 0);
    return [...(again.length === 0 ? [] : [route(again, number, attempts)]), once];
  };
  const http = [
    ...(upstream.http2Port === undefined ? [] : routes(spokenInHttp2, upstream.http2Port)),
    ...routes((match) => match, upstream.port),
    ...refused(shard),
  ];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: shardMetadata(context, shard, "-gateway"),
    spec: { hosts: namesOf(shard), exportTo: ["."], gateways: [gatewayReference(context)], http },
  };
}

/**
 * Where end users' tokens come in. Envoy takes out the one that it looked at, and no other that a request has besides;
 * `authorization` may be the host's own.
 */
function tokenHeaders({ issuers }: HostsContext): string[] {
  return [...new Set(issuers.map(({ header }) => header))].filter((name) => name !== "authorization").sort();
}

/** What no route lets through is «not found». */
function refused({ refusal, port }: Shard): Json[] {
  if (refusal === undefined) return [];
  return [{ name: refusedRoute(refusal), match: [{ port }], directResponse: { status: 404 } }];
}

/**
 * Of a gateway's pod that is gone, a sidecar hears a moment later: it connects to another. All else the gateway
 * retries, as a retry at each hop would multiply.
 */
const HOP_RETRIES = { attempts: 2, retryOn: "connect-failure" } as const;

/** The same routes for all hosts: Istio copies a VirtualService's routes into each of its hosts. */
function meshRoute(context: HostsContext, shard: Shard, { http2Port }: Upstream): Manifest {
  const { port } = shard;
  const more = { retries: HOP_RETRIES };
  const http =
    http2Port === undefined
      ? [{ match: [{ port }], route: toGateway(context, port, HTTP_SUBSET), ...more }]
      : multiplexed(context, port, more);
  const hosts = [...anchorsOf(context, port), ...namesOf(shard)];
  return meshVirtualService(context, shard, hosts, { http });
}

function namesOf({ hosts }: Shard): string[] {
  return hosts.map(({ host }) => host);
}
