import { CLUSTER_NAMESPACES, type Parts } from "../check/validate.ts";
import type { Problem } from "../problem.ts";
import { problemAt } from "../source.ts";
import type { WrittenHost } from "./hosts.ts";

/**
 * Hosts whose names are those of Services, in the short form that pods of the cluster resolve: `api.ledger` is the
 * Service api in the namespace ledger. Where the namespace's name could be a top-level domain, it is only a warning.
 */
export function checkServiceNames(
  hosts: readonly WrittenHost[],
  parts: Pick<Parts, "gateways" | "lockdown" | "mesh">,
  { problems, warnings }: { readonly problems: Problem[]; readonly warnings: Problem[] },
): void {
  const services = new Set(parts.gateways?.map((gateway) => `${gateway?.name}.${gateway?.namespace}`));
  const namespaces = namespacesOf(hosts, parts);
  for (const { host, source, path } of hosts) {
    const [service = "", ...rest] = host?.split(".") ?? [];
    const namespace = rest.at(-1) ?? "";
    if (host === undefined || service === "*" || !namespaces.has(namespace)) continue;
    const at = (why: string, fix: string) => problemAt(source, [...path, "host"], host, why, fix);
    const reach = `for callers under lockdown write { namespace: ${namespace}, ports: […] } under reach`;
    if (services.has(host))
      problems.push(
        at("this is the Service of a gateway", "remove the host: callers name the hosts outside"),
      );
    else if (!isTopLevel(namespace))
      problems.push(
        at(
          `${namespace} is a namespace, and this the name of a Service in it`,
          `remove the host: a Service needs no gateway; ${reach}`,
        ),
      );
    else if (rest.length === 1)
      warnings.push(
        at(
          `${namespace} is a namespace too, and in the cluster this is the Service ${service} in it`,
          `if the Service is meant, remove the host: it needs no gateway; ${reach}`,
        ),
      );
  }
}

/** The namespaces that the cluster has, as far as the environment tells. */
function namespacesOf(
  hosts: readonly WrittenHost[],
  { gateways, lockdown, mesh }: Pick<Parts, "gateways" | "lockdown" | "mesh">,
): ReadonlySet<string | undefined> {
  const rules = new Set(hosts.flatMap((host) => host.rules));
  return new Set([
    ...CLUSTER_NAMESPACES,
    mesh?.namespace,
    mesh?.dns?.namespace,
    ...(gateways ?? []).map((gateway) => gateway?.namespace),
    ...(lockdown ?? []).flatMap((entry) => [
      entry?.namespace,
      ...(entry?.reach ?? []).map((reach) =>
        reach !== undefined && "namespace" in reach ? reach.namespace : undefined,
      ),
    ]),
    ...[...rules].flatMap(({ rule }) => (rule?.from ?? []).map((caller) => caller.namespace)),
  ]);
}

/** Whether a name could be a top-level domain: these are letters alone, or begin with `xn--`. */
function isTopLevel(name: string): boolean {
  return name !== "default" && /^([a-z]{2,}|xn--.+)$/.test(name);
}
