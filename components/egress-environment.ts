import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/access.ts";
import type { Environment } from "../model/environment.ts";
import { hostsByGateway } from "../plan/plan.ts";
import { EgressGateway } from "./egress-gateway.ts";
import { ExternalHosts } from "./external-hosts.ts";
import { gating } from "./gating.ts";
import { NetworkLockdown } from "./network-lockdown.ts";
import { DedicatedNodePool } from "./nodes/dedicated-node-pool.ts";
import { markingHooks } from "./nodes/marking.ts";

/** What an {@link EgressEnvironment} takes. */
export interface EgressEnvironmentArgs {
  /** A whole environment, as `loadEnvironment` gives it. */
  readonly environment: Environment;
  /**
   * How to reach the cluster beside the provider, for two things: existing nodes are marked, and each wave of objects
   * is written when every proxy has the one before. Where left out, existing nodes are marked in the current kubeconfig
   * context, and no wave waits for proxies.
   */
  readonly access?: ClusterAccess;
}

/**
 * A whole environment from its file: nodes, gateways, hosts and lockdown, each once the one before is there.
 *
 * @example
 * const { environment } = loadEnvironment("stacks/dev.yaml");
 * new EgressEnvironment("dev", { environment });
 */
export class EgressEnvironment extends pulumi.ComponentResource {
  /** Its gateways, sorted by name; each tells its `address` in the cluster. */
  readonly gateways: readonly EgressGateway[];

  constructor(
    name: string,
    { environment, access }: EgressEnvironmentArgs,
    options: pulumi.ComponentResourceOptions = {},
  ) {
    const gates = access === undefined ? [] : [gating(name, environment, access)];
    super(
      "sallyport:index:EgressEnvironment",
      name,
      {},
      pulumi.mergeOptions(options, { transformations: gates }),
    );
    const { mesh, nodes, lockdown, issuers, authorizers, owners } = environment;
    const pool =
      nodes === undefined
        ? undefined
        : new DedicatedNodePool(
            name,
            { nodes, ...(access === undefined ? {} : { access }) },
            { parent: this },
          );
    // Nodes that the environment no longer has are still to be unmarked.
    if (pool === undefined) markingHooks(name, access ?? {});
    this.gateways = environment.gateways.map((gateway) => {
      const dependsOn = pool === undefined ? [] : [pool];
      return new EgressGateway(
        `${name}/${gateway.name}`,
        { gateway, mesh, ...(pool === undefined ? {} : { pool: pool.pool }) },
        { parent: this, dependsOn },
      );
    });
    const declared = hostsByGateway(environment);
    const hosts = this.gateways.map(
      (gateway) =>
        new ExternalHosts(
          `${name}/${gateway.gateway.name}`,
          { gateway, hosts: declared.get(gateway.gateway.name) ?? [], issuers, authorizers, owners },
          { parent: this },
        ),
    );
    const [first, ...rest] = this.gateways;
    if (first !== undefined && lockdown.length > 0)
      new NetworkLockdown(
        name,
        { namespaces: lockdown, gateways: [first, ...rest] },
        { parent: this, dependsOn: hosts },
      );
    this.registerOutputs({ gateways: this.gateways.map(({ address }) => address) });
  }
}
