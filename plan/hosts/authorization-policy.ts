import { formatCaller } from "../../model/callers.ts";
import type { Caller, Host } from "../../model/environment.ts";
import { listenerPort } from "../../model/ports.ts";
import { gatewaySelector } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import type { HostsContext } from "./context.ts";
import { shardMetadata } from "./context.ts";
import type { Shard } from "./shards.ts";

/** By what a policy recognises hosts on their way through the gateway. */
export interface HostMatch {
  readonly operation: Readonly<Record<string, Json>>;
  readonly when: readonly Json[];
}

/**
 * The policy that lets a shard's callers, and no one else, call its hosts. One rule for each distinct set of callers:
 * Envoy walks its rules one by one. The port is always named, or the rule would open the gateway's other listeners.
 */
export function accessPolicy(
  context: HostsContext,
  shard: Shard,
  matchOf: (hosts: readonly Host[]) => HostMatch,
): Manifest {
  const { gateway } = context;
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: shardMetadata(context, shard),
    spec: {
      selector: { matchLabels: gatewaySelector(gateway.name) },
      action: "ALLOW",
      rules: byCallers(shard.hosts).map((hosts) => rule(context, shard.port, hosts, matchOf(hosts))),
    },
  };
}

function rule(
  { mesh }: HostsContext,
  port: number,
  hosts: readonly Host[],
  { operation, when }: HostMatch,
): Json {
  const principals = (hosts[0]?.allow ?? []).map((caller) => principalOf(caller, mesh.trustDomain));
  return {
    from: [{ source: { principals } }],
    to: [{ operation: { ...operation, ports: [String(listenerPort(port))] } }],
    ...(when.length === 0 ? {} : { when }),
  };
}

/** Hosts with the very same callers, in the order of their first host. */
function byCallers(hosts: readonly Host[]): Host[][] {
  return [...Map.groupBy(hosts, ({ allow }) => allow.map(formatCaller).join(" ")).values()];
}

/** The SPIFFE identity as Istio's policies write it; a whole namespace by its prefix. */
function principalOf({ namespace, account }: Caller, trustDomain: string): string {
  return account === undefined
    ? `${trustDomain}/ns/${namespace}/*`
    : `${trustDomain}/ns/${namespace}/sa/${account}`;
}
