import type { Host } from "../../../model/environment.ts";
import { digest } from "../../../model/values/digest.ts";
import { CollisionError } from "../../collision.ts";
import { gatewayFilter } from "../../envoy-filter.ts";
import { inGatewayNamespace } from "../../labels.ts";
import type { Manifest, PlannedObject } from "../../manifest.ts";
import { type HostsContext, internalHost } from "../context.ts";
import { dnsCachePatch } from "../dns-cache.ts";
import { serviceEntry } from "../service-entry.ts";
import { destinationRule, type UpstreamPolicy } from "./destination-rule.ts";
import { TLS_BY_MODE } from "./modes.ts";

/** Where the gateway sends requests: a destination as routes name it. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** The port for requests that are to go on in HTTP/2; absent where the cluster takes each in its own version. */
  readonly http2Port?: number;
}

/** The host's own port. */
export function upstreamPort({ mode, port, upstreamPort }: Host): number {
  return upstreamPort ?? (mode === "none" ? port : 443);
}

/** New connections show a new client certificate; old ones end at the latest by then. */
const ROTATED_WITHIN = "10m";

/** How the gateway speaks TLS to a host, as a DestinationRule has it; nothing where it speaks HTTP. */
export function tlsPolicy(host: Host): UpstreamPolicy {
  const tls = TLS_BY_MODE[host.mode]?.(host);
  if (tls === undefined) return {};
  return host.mode === "mutual" ? { tls, tcp: { maxConnectionDuration: ROTATED_WITHIN } } : { tls };
}

/**
 * The cluster that a host shares with all whose TLS is alike: it resolves the authority of each request when it is
 * asked for, and takes the authority as the name that the certificate must have.
 */
export function sharedUpstream(context: HostsContext, host: Host): Upstream {
  const plain = tlsPolicy(host).tls === undefined;
  // The numbers tell the clusters' names apart; they connect to the authority's port, or to the scheme's.
  const ports = plain ? { port: 80, http2Port: 81 } : { port: 443, http2Port: 444 };
  return { host: `*.${internalHost(context, sharedName(host))}`, ...ports };
}

/**
 * Plans the shared clusters of some hosts, each once.
 *
 * @throws CollisionError naming two hosts whose TLS is not alike, and the name of its cluster is
 */
export function planSharedUpstreams(context: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const byName = new Map<string, Host>();
  for (const host of new Map(hosts.map((one) => [tlsText(one), one])).values()) {
    const name = sharedName(host);
    const other = byName.get(name);
    if (other === undefined) byName.set(name, host);
    else
      throw new CollisionError(
        `${other.host}:${other.port} and ${host.host}:${host.port}`,
        `the destination ${name}`,
      );
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, host]) => {
      const { host: wildcard, ...ports } = sharedUpstream(context, host);
      const metadata = inGatewayNamespace(context.gateway, `${context.gateway.name}-upstream-${name}`);
      return [
        serviceEntry(metadata, {
          hosts: [wildcard],
          exportTo: ["."],
          resolution: "DYNAMIC_DNS",
          protocol: "http",
          ...ports,
        }),
        destinationRule(metadata, wildcard, tlsPolicy(host)),
        dnsCacheFilter(context, metadata, wildcard, isVerified(host)),
      ].map((manifest): PlannedObject => ({ wave: "registry", manifest }));
    });
}

function dnsCacheFilter(
  { gateway }: HostsContext,
  metadata: Manifest["metadata"],
  host: string,
  verified: boolean,
): Manifest {
  // Envoy wants verified TLS in such a cluster, or to be told that it is not.
  const more = verified ? {} : { allow_insecure_cluster_options: true };
  return gatewayFilter(gateway, metadata, [dnsCachePatch(host, more)]);
}

function isVerified(host: Host): boolean {
  return tlsPolicy(host).tls !== undefined && host.insecureSkipVerify === undefined;
}

function sharedName(host: Host): string {
  const text = tlsText(host);
  if (text === undefined) return "http";
  return text === '{"mode":"SIMPLE"}' ? "https" : `https-${digest(text)}`;
}

function tlsText(host: Host): string | undefined {
  const { tls } = tlsPolicy(host);
  return tls === undefined ? undefined : JSON.stringify(tls);
}
