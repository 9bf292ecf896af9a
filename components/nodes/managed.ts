import type * as pulumi from "@pulumi/pulumi";
import { POOL_LABEL } from "../../plan/labels.ts";

/** What the caller brings for a managed pool, from the cloud's own Pulumi package. */
export interface ManagedPoolArgs<Settings> {
  /** The pool's name; `egress` where left out. */
  readonly pool?: string;
  /** Makes the cloud's node pool with these labels and taints, as the component's child. */
  readonly nodePool: (settings: Settings, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;
  /** The address by which the outside sees the gateways, to be told to partners. */
  readonly publicAddress: pulumi.Input<string>;
  /** The NAT that gives the nodes that address; nodes come up after it. */
  readonly nat: pulumi.Resource;
  /** The firewall rule that lets these nodes out and no others; nodes come up after it. */
  readonly firewallRule: pulumi.Resource;
}

/** A managed pool of some cloud, made by {@link gke}, {@link eks} or {@link aks}, ready for a DedicatedNodePool. */
export interface ManagedPool {
  /** The pool's name: the value of its nodes' label and taint. */
  readonly pool: string;
  /** The address by which the outside sees the gateways. */
  readonly publicAddress: pulumi.Input<string>;
  /** Makes the cloud's node pool, after its NAT and firewall rule, as a child of the component. */
  readonly create: (parent: pulumi.ComponentResource) => pulumi.CustomResource;
}

/** The part of `gcp.container.NodePool`'s arguments that marks its nodes. */
export interface GkeSettings {
  /** Spread into a `nodeConfig` of your own where the pool has one: the whole key is replaced otherwise. */
  readonly nodeConfig: {
    readonly labels: Record<string, string>;
    readonly taints: { key: string; value: string; effect: "NO_SCHEDULE" }[];
  };
}

/** The part of `aws.eks.NodeGroup`'s arguments that marks its nodes. */
export interface EksSettings {
  readonly labels: Record<string, string>;
  readonly taints: { key: string; value: string; effect: "NO_SCHEDULE" }[];
}

/** The part of `azure.containerservice.KubernetesClusterNodePool`'s arguments that marks its nodes. */
export interface AksSettings {
  readonly nodeLabels: Record<string, string>;
  readonly nodeTaints: string[];
}

/**
 * A GKE node pool.
 *
 * @example
 * gke({
 *   nodePool: (settings, options) => new gcp.container.NodePool("egress", { cluster: cluster.name, ...settings }, options),
 *   publicAddress: address.address, nat, firewallRule,
 * });
 */
export function gke(args: ManagedPoolArgs<GkeSettings>): ManagedPool {
  return managed(args, (pool) => ({ nodeConfig: { labels: labels(pool), taints: taints(pool) } }));
}

/** An EKS managed node group; see {@link gke} for the form. */
export function eks(args: ManagedPoolArgs<EksSettings>): ManagedPool {
  return managed(args, (pool) => ({ labels: labels(pool), taints: taints(pool) }));
}

/** An AKS node pool; see {@link gke} for the form. */
export function aks(args: ManagedPoolArgs<AksSettings>): ManagedPool {
  return managed(args, (pool) => ({
    nodeLabels: labels(pool),
    nodeTaints: [`${POOL_LABEL}=${pool}:NoSchedule`],
  }));
}

function managed<Settings>(
  args: ManagedPoolArgs<Settings>,
  settings: (pool: string) => Settings,
): ManagedPool {
  const pool = args.pool ?? "egress";
  return {
    pool,
    publicAddress: args.publicAddress,
    create: (parent) => args.nodePool(settings(pool), { parent, dependsOn: [args.nat, args.firewallRule] }),
  };
}

function labels(pool: string): Record<string, string> {
  return { [POOL_LABEL]: pool };
}

function taints(pool: string): { key: string; value: string; effect: "NO_SCHEDULE" }[] {
  return [{ key: POOL_LABEL, value: pool, effect: "NO_SCHEDULE" }];
}
