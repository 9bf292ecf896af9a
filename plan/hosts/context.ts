import type { Gateway, Issuer, Mesh } from "../../model/environment.ts";
import { inGatewayNamespace, OWNER_LABEL } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import type { Shard } from "./shards.ts";

/** What every host of one gateway shares. */
export interface HostsContext {
  readonly gateway: Gateway;
  readonly mesh: Mesh;
  readonly issuers: readonly Issuer[];
}

/** The gateway's Service by its full name, the only form that means the same in every namespace. */
export function gatewayHost({ gateway }: Pick<HostsContext, "gateway">): string {
  return `${gateway.name}.${gateway.namespace}.svc.cluster.local`;
}

/** A name that only this gateway's objects have; nobody can register it outside. */
export function internalHost({ gateway }: HostsContext, name: string): string {
  return `${name}.${gateway.name}.${gateway.namespace}.sallyport.internal`;
}

/** The Istio Gateway object, as routes in any namespace name it. */
export function gatewayReference({ gateway }: HostsContext): string {
  return `${gateway.namespace}/${gateway.name}`;
}

/** The head of an object of a shard, in the gateway's namespace. */
export function shardMetadata(
  { gateway }: HostsContext,
  shard: Shard,
  suffix = "",
  labels: Readonly<Record<string, string>> = {},
): Manifest["metadata"] {
  return inGatewayNamespace(gateway, `${shard.name}${suffix}`, { [OWNER_LABEL]: shard.owner, ...labels });
}
