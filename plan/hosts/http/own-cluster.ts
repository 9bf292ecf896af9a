import type { Host } from "../../../model/environment.ts";
import { HTTP_PORT } from "../../../model/values/ports.ts";
import type { Json, PlannedObject } from "../../manifest.ts";
import { type HostsContext, internalHost, shardMetadata } from "../context.ts";
import { serviceEntry } from "../service-entry.ts";
import type { Shard } from "../shards.ts";
import { destinationRule, type UpstreamPolicy } from "./destination-rule.ts";
import { tlsPolicy, type Upstream, upstreamPort } from "./upstream.ts";

/**
 * Whether a host takes a cluster of its own at the gateway: limits and outlier detection are a cluster's, and a shared
 * cluster can only connect to the port that the authority implies.
 */
export function hasOwnCluster(host: Host): boolean {
  return (
    host.limits !== undefined ||
    host.outlierDetection !== undefined ||
    upstreamPort(host) !== impliedPort(host)
  );
}

/** Where a shared cluster connects: to the authority's port, and to the scheme's where it has none. */
function impliedPort({ mode, port }: Host): number {
  if (port !== HTTP_PORT) return port;
  return mode === "none" ? 80 : 443;
}

/** One host's own cluster: its addresses by DNS, kept up to date, with its own limits. */
export function planOwnCluster(
  context: HostsContext,
  shard: Shard,
): { upstream: Upstream; objects: PlannedObject[] } {
  const [host] = shard.hosts;
  const port = upstreamPort(host);
  // Not by its own name: it may be there in another mode with other settings.
  const destination = internalHost(context, `own-${shard.key}`);
  const registry = serviceEntry(shardMetadata(context, shard), {
    hosts: [destination],
    exportTo: ["."],
    resolution: "DNS",
    port,
    protocol: "http",
    address: host.host,
  });
  const [tls, limits] = [tlsPolicy(host), limitsOf(host)];
  const rule = destinationRule(shardMetadata(context, shard), destination, {
    ...tls,
    ...limits,
    http: { ...limits.http, useClientProtocol: true },
    tcp: { ...tls.tcp, ...limits.tcp },
  });
  return {
    upstream: { host: destination, port },
    objects: [
      { wave: "registry", manifest: registry },
      { wave: "registry", manifest: rule },
    ],
  };
}

function limitsOf({ limits, outlierDetection }: Host): UpstreamPolicy {
  const http: Record<string, Json> = {
    ...(limits?.pendingRequests === undefined ? {} : { http1MaxPendingRequests: limits.pendingRequests }),
    ...(limits?.requests === undefined ? {} : { http2MaxRequests: limits.requests }),
  };
  const tcp: Record<string, Json> =
    limits?.connections === undefined ? {} : { maxConnections: limits.connections };
  return {
    http,
    tcp,
    ...(outlierDetection === undefined
      ? {}
      : {
          outlierDetection: {
            consecutive5xxErrors: outlierDetection.consecutiveErrors,
            interval: outlierDetection.interval,
            baseEjectionTime: outlierDetection.ejection,
            // A host with a single address would otherwise never be left out.
            maxEjectionPercent: 100,
          },
        }),
  };
}
