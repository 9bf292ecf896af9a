import type { Caller, Host } from "../../model/environment.ts";
import { isWildcard } from "../../model/hosts/settings.ts";
import { type CallerSet, remaining } from "../../model/rules/callers.ts";
import { isEveryone } from "../../model/rules/rule.ts";
import { listenerPort } from "../../model/values/ports.ts";
import { PROTOCOLS } from "../../model/values/protocols.ts";
import { IDENTITY } from "./identity.ts";
import { type LogFilter, where } from "./log-filter.ts";
import { BY_ROUTE } from "./refusals.ts";

/** Who calls a host and is not monitored: in no log, and counted nowhere. */
export interface Exemption extends CallerSet {
  readonly host: Host;
}

/** The callers of rules with `monitored: false`, for all that they do with the host. */
export function exemptionsOf(hosts: readonly Host[]): Exemption[] {
  return hosts.flatMap((host) =>
    host.allow
      .filter((rule) => !rule.monitored)
      .map((rule) => ({ host, ...remaining(rule) }))
      .filter(({ from }) => from.length > 0),
  );
}

/**
 * Leaves out what exempt callers do with the host, whatever comes of it. access/protection/logging.ts reads these
 * expressions, and those for sidecars, back into words.
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
  const exempt = mine.map(({ host, from, except }) => {
    const anyOf = (callers: readonly Caller[]) =>
      callers.map((caller) => isCaller(caller, trustDomain)).join(" || ");
    // The host last: to compare it may take long, and few have to.
    const others = except.length === 0 ? "" : ` && !(${anyOf(except)})`;
    return `(destination.port == ${listenerPort(host.port)} && (${anyOf(from)})${others} && ${isHost(host)})`;
  });
  // An entry that an expression can't be told of would be left out.
  return [where(`!has(${IDENTITY}) || !(${exempt.join(" || ")})`)];
}

/**
 * Leaves out the sidecars of accounts that are exempt for any host: a sidecar knows its own account, but not every host
 * by its declaration.
 *
 * @param namespace of the sidecars; `*` for all
 */
export function monitoredSidecars(namespace: string, exemptions: readonly Exemption[]): LogFilter[] {
  const own = (key: string, value: string) => `xds.node.metadata['${key}'] == '${value}'`;
  const exempt = exemptions
    .flatMap(({ from }) => from)
    .filter((caller) => namespace === "*" || caller.namespace === namespace || isEveryone(caller))
    .map((caller) => {
      if (isEveryone(caller)) return "true";
      const account = caller.account === undefined ? "" : ` && ${own("SERVICE_ACCOUNT", caller.account)}`;
      return `(${own("NAMESPACE", caller.namespace)}${account})`;
    });
  return exempt.length === 0 ? [] : [where(`!(${[...new Set(exempt)].join(" || ")})`)];
}

function isCaller(caller: Caller, trustDomain: string): string {
  const { namespace, account } = caller;
  const whole = `spiffe://${trustDomain}/ns/${namespace}/sa/`;
  if (isEveryone(caller)) return "true";
  return account === undefined ? `${IDENTITY}.startsWith('${whole}')` : `${IDENTITY} == '${whole}${account}'`;
}

function isHost(host: Host): string {
  const sni = "connection.requested_server_name";
  if (PROTOCOLS[host.mode] === "tls")
    return isWildcard(host) ? `${sni}.endsWith('${host.host.slice(1)}')` : `${sni} == '${host.host}'`;
  const name = host.host.replaceAll(".", "[.]").replace("*", ".+");
  const byName = `has(request.host) && request.host.matches('(?i)^${name}(:${host.port})?$')`;
  if (host.mode !== "tcp" && !isWildcard(host)) return byName;
  const byRoute = `has(xds.route_name) && xds.route_name == '${host.host}'`;
  return host.refuse === "not-found" ? `(${byRoute} || ${BY_ROUTE} && ${byName})` : byRoute;
}
