import { CLUSTER_NAMESPACES, type Parts } from "../check/validate.ts";
import type { Problem } from "../problem.ts";
import { problemAt } from "../source.ts";
import type { WrittenHost } from "./hosts.ts";

/**
 * Hosts and wildcards' servers whose names are those of Services, in the short form that pods of the cluster resolve:
 * `api.ledger` is the Service api in the namespace ledger. Where the namespace's name could be a top-level domain, it
 * is only a warning, and so is the full form under a domain that the cluster may have.
 */
export function checkServiceNames(
  hosts: readonly WrittenHost[],
  parts: Pick<Parts, "gateways" | "lockdown" | "mesh">,
  { problems, warnings }: { readonly problems: Problem[]; readonly warnings: Problem[] },
): void {
  const services = new Set(parts.gateways?.map((gateway) => `${gateway?.name}.${gateway?.namespace}`));
  const namespaces = namespacesOf(hosts, parts);
  for (const { host, settings, source, path } of hosts)
    for (const [key, name] of [
      ["host", host],
      ["server", settings?.server],
    ] as const) {
      const found = name === undefined ? undefined : findService(name, services, namespaces);
      if (found === undefined) continue;
      const { isCertain, why, instead } = found;
      const fix = key === "host" ? instead : "write the name of the server outside";
      (isCertain ? problems : warnings).push(problemAt(source, [...path, key], name, why, fix));
    }
}

interface FoundService {
  readonly isCertain: boolean;
  readonly why: string;
  /** What to do about a host. */
  readonly instead: string;
}

function findService(
  name: string,
  gateways: ReadonlySet<string>,
  namespaces: ReadonlySet<string | undefined>,
): FoundService | undefined {
  const [service = "", ...rest] = name.split(".");
  const last = rest.at(-1) ?? "";
  const reach = (namespace: string) =>
    `for callers under lockdown write { namespace: ${namespace}, ports: […] } under reach`;
  if (gateways.has(name))
    return {
      isCertain: true,
      why: `this is the Service of the gateway ${service}`,
      instead: "remove the host: callers name the hosts outside",
    };
  // Two labels at least come before svc, as svc.ms is a domain outside.
  const [, namespace] = /\.([^.]+)\.svc\./.exec(name) ?? [];
  if (namespace !== undefined)
    return {
      isCertain: false,
      why: `a cluster names Services so: this may be one in the namespace ${namespace}`,
      instead: `if a Service is meant, remove the host: it needs no gateway; ${reach(namespace)}`,
    };
  if (!namespaces.has(last)) return undefined;
  if (!isTopLevel(last))
    return {
      isCertain: true,
      why: `${last} is a namespace, and this the name of a Service in it`,
      instead: `remove the host: a Service needs no gateway; ${reach(last)}`,
    };
  if (rest.length > 1) return undefined;
  return {
    isCertain: false,
    why: `${last} is a namespace too, and in the cluster this is the Service ${service} in it`,
    instead: `if the Service is meant, remove the host: it needs no gateway; ${reach(last)}`,
  };
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
