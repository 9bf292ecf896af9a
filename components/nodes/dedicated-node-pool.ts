import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../cluster/access.ts";
import { completeMesh, completeNodes, type NodesInput } from "../../model/complete.ts";
import { recordIn } from "../../plan/nodes/marks.ts";
import { planNodes } from "../../plan/nodes/nodes.ts";
import { registerObjects } from "../register.ts";
import type { ManagedPool } from "./managed.ts";
import { markingHooks } from "./marking.ts";

/** What a {@link DedicatedNodePool} takes: nodes that Kubernetes knows how to give, or a cloud's managed pool. */
export type DedicatedNodePoolArgs =
  | {
      /** Existing nodes by name or selector, or a Karpenter NodePool. */
      readonly nodes: NodesInput;
      /** How to reach the cluster for marking existing nodes; the current kubeconfig context where left out. */
      readonly access?: ClusterAccess;
    }
  | {
      /** Made by {@link gke}, {@link eks} or {@link aks}. */
      readonly managed: ManagedPool;
    };

/**
 * Nodes that gateways have for themselves: a label draws the gateways' pods there, a taint keeps all others away.
 *
 * Existing nodes are marked by JSON patch, so that other owners' taints survive, before the record of them is written,
 * and unmarked before it is removed (`pulumi destroy --run-program` runs that step). They are marked when the record
 * changes: a node that joins later has to bring the label and the taint with it.
 *
 * @throws if the nodes can't be, with every reason; if existing nodes are to be marked, and a provider of the caller's
 *   own says where, but not `access`
 * @example
 * const nodes = new DedicatedNodePool("nodes", {
 *   nodes: { provider: "existing", selector: { "node.example.com/pool": "egress" } },
 * });
 * new EgressGateway("egress", { gateway, pool: nodes.pool }, { dependsOn: nodes });
 */
export class DedicatedNodePool extends pulumi.ComponentResource {
  /** The pool's name, for an EgressGateway's `pool`. */
  readonly pool: string;
  /** The address that the outside sees, where a managed pool has one. */
  readonly publicAddress: pulumi.Output<string | undefined>;

  constructor(name: string, args: DedicatedNodePoolArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("sallyport:index:DedicatedNodePool", name, {}, options);
    if ("managed" in args) {
      this.pool = args.managed.pool;
      args.managed.create(this);
      this.publicAddress = pulumi.output(args.managed.publicAddress);
    } else {
      const nodes = completeNodes(args.nodes, completeMesh(undefined));
      this.pool = nodes.pool;
      this.publicAddress = pulumi.output(undefined);
      if (
        nodes.provider === "existing" &&
        args.access === undefined &&
        (options.provider ?? options.providers)
      )
        throw new Error(
          `${name}: existing nodes are marked beside the provider that was given; give access: for its cluster too`,
        );
      const hooks = markingHooks(name, args.access ?? {});
      registerObjects(planNodes(nodes), name, this, (_, manifest) =>
        recordIn(manifest) === undefined ? {} : { hooks },
      );
    }
    this.registerOutputs({ pool: this.pool, publicAddress: this.publicAddress });
  }
}
