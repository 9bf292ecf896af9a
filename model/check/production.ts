import type { DeclaredHost } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { isEveryone } from "../rules/rule.ts";
import { problemAt, type Source } from "../source.ts";
import type { Parts } from "./validate.ts";

/** What an environment file in production may leave out, and is better not to: a log, and lockdown of its callers. */
export function productionWarnings(
  source: Source,
  { production, monitoring, mesh, lockdown }: Parts,
  hosts: readonly DeclaredHost[],
): Problem[] {
  if (production !== true) return [];
  const warnings: Problem[] = [];
  for (const [log, why] of [
    ["access", "no line tells of the calls that are made"],
    ["errors", "what is forbidden has no stream of its own"],
  ] as const)
    if (monitoring?.[log]?.length === 0)
      warnings.push(problemAt(source, ["monitoring", log], [], why, "name a provider, such as stdout"));
  const open = openNamespaces(lockdown, hosts);
  if (mesh?.outboundTrafficPolicy === "ALLOW_ANY" && open.length > 0)
    warnings.push(
      problemAt(
        source,
        ["lockdown"],
        undefined,
        `callers without lockdown reach all other hosts past the gateways, as the mesh lets them (ALLOW_ANY): ${open.join(", ")}`,
        `add each, such as { namespace: ${open[0]} }`,
      ),
    );
  return warnings;
}

/** Namespaces that rules allow something and that no lockdown closes. */
function openNamespaces(lockdown: Parts["lockdown"], hosts: readonly DeclaredHost[]): string[] {
  const locked = new Set(lockdown?.map((entry) => entry?.namespace));
  const callers = hosts.flatMap(({ allow }) => allow.flatMap(({ from }) => from));
  const namespaces = callers.filter((caller) => !isEveryone(caller)).map(({ namespace }) => namespace);
  return [...new Set(namespaces)].filter((namespace) => !locked.has(namespace)).sort();
}
