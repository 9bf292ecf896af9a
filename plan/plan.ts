import type { Environment, Host } from "../model/environment.ts";
import { planGateway } from "./gateway/gateway.ts";
import { planHosts } from "./hosts/hosts.ts";
import { planLockdown } from "./lockdown.ts";
import { inRolloutOrder, type PlannedObject } from "./manifest.ts";
import { planNodes } from "./nodes/nodes.ts";

/**
 * Every object that an environment takes, in rollout order. The same environment gives the same bytes, whatever the
 * order of its files' entries.
 *
 * @example
 * const { environment } = loadEnvironment("stacks/dev.yaml");
 * const objects = planEnvironment(environment);
 */
export function planEnvironment(environment: Environment): PlannedObject[] {
  const { mesh, gateways, nodes } = environment;
  const hosts = hostsByGateway(environment);
  const lockdown = [...environment.lockdown].sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  return inRolloutOrder([
    ...(nodes === undefined ? [] : planNodes(nodes)),
    ...gateways.flatMap((gateway) =>
      planGateway({ gateway, mesh, ...(nodes === undefined ? {} : { pool: nodes.pool }) }),
    ),
    ...gateways.flatMap((gateway) =>
      planHosts({ ...environment, gateway, hosts: hosts.get(gateway.name) ?? [] }),
    ),
    ...lockdown.flatMap((entry) => planLockdown({ lockdown: entry, mesh, gateways })),
  ]);
}

/** The hosts that leave through each gateway, by its name; none for a gateway that has none. */
export function hostsByGateway({ hosts }: Environment): ReadonlyMap<string, readonly Host[]> {
  return Map.groupBy(hosts, ({ gateway }) => gateway);
}
