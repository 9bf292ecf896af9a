import type { Caller, Host } from "../../model/environment.ts";
import { isWildcard } from "../../model/host-settings.ts";
import { listenerPort } from "../../model/ports.ts";
import { PROTOCOLS } from "../../model/protocols.ts";
import { type LogFilter, where } from "./log-filter.ts";

/** Who calls a host and is not monitored: in no log, and counted nowhere. */
export interface Exemption {
  readonly host: Host;
  readonly callers: readonly Caller[];
}

/** The caller by the certificate of the hop, which the caller can't choose. */
const CALLER = "connection.uri_san_peer_certificate";

/**
 * Leaves out what exempt callers do, whatever comes of it. What can't be told for sure is monitored, such as a host's
 * name in capitals.
 *
 * @param protocol of the filter that logs
 */
export function monitored(
  protocol: "http" | "tcp",
  exemptions: readonly Exemption[],
  trustDomain: string,
): LogFilter[] {
  const mine = exemptions.filter(({ host }) => (PROTOCOLS[host.mode] === "tls") === (protocol === "tcp"));
  if (mine.length === 0) return [];
  const exempt = mine.map(({ host, callers }) => {
    const from = callers.map((caller) => isCaller(caller, trustDomain)).join(" || ");
    return `(destination.port == ${listenerPort(host.port)} && ${isHost(host)} && (${from}))`;
  });
  // An entry that an expression can't be told of would be left out.
  return [where(`!has(${CALLER}) || !(${exempt.join(" || ")})`)];
}

/**
 * Leaves out the sidecars of a namespace's accounts that are exempt for any host: a sidecar knows its own account, but
 * not every host by its declaration.
 */
export function monitoredSidecars(namespace: string, exemptions: readonly Exemption[]): LogFilter[] {
  const exempt = exemptions
    .flatMap(({ callers }) => callers)
    .filter((caller) => caller.namespace === namespace || caller.namespace === "*")
    .map(({ account }) =>
      account === undefined ? "true" : `xds.node.metadata['SERVICE_ACCOUNT'] == '${account}'`,
    );
  return exempt.length === 0 ? [] : [where(`!(${[...new Set(exempt)].join(" || ")})`)];
}

function isCaller({ namespace, account }: Caller, trustDomain: string): string {
  const whole = `spiffe://${trustDomain}/ns/${namespace}/sa/`;
  if (namespace === "*") return "true";
  return account === undefined ? `${CALLER}.startsWith('${whole}')` : `${CALLER} == '${whole}${account}'`;
}

function isHost(host: Host): string {
  const name = "connection.requested_server_name";
  if (PROTOCOLS[host.mode] === "tls")
    return isWildcard(host) ? `${name}.endsWith('${host.host.slice(1)}')` : `${name} == '${host.host}'`;
  if (host.mode === "tcp" || isWildcard(host))
    return `has(xds.route_name) && xds.route_name == '${host.host}'`;
  return `has(request.host) && request.host.matches('^${host.host.replaceAll(".", "[.]")}(:${host.port})?$')`;
}
