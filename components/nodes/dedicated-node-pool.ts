import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../cluster/access.ts";
import { markNodes, unmarkNodes } from "../../cluster/nodes.ts";
import { completeMesh, completeNodes, type NodesInput } from "../../model/complete.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { recordIn } from "../../plan/nodes/marks.ts";
import { planNodes } from "../../plan/nodes/nodes.ts";
import { registerObjects } from "../register.ts";
import type { ManagedPool } from "./managed.ts";

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
 * Existing nodes are marked by JSON patch after the record of them is written, so that other owners' taints survive,
 * and unmarked before it is removed (`pulumi destroy --run-program` runs that step).
 *
 * @throws if the nodes can't be, with every reason
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
      registerObjects(planNodes(nodes), this, markingHooks(args.access ?? {}));
    }
    this.registerOutputs({ pool: this.pool, publicAddress: this.publicAddress });
  }
}

/** The hooks that mark the nodes of a record once it is written, and unmark them before it goes. */
function markingHooks(access: ClusterAccess) {
  return (name: string, manifest: Manifest): pulumi.CustomResourceOptions => {
    const record = recordIn(manifest);
    if (record === undefined) return {};
    const mark = new pulumi.ResourceHook(`mark ${name}`, () => markNodes(access, record));
    const unmark = new pulumi.ResourceHook(`unmark ${name}`, () => unmarkNodes(access, record));
    return { hooks: { afterCreate: [mark], afterUpdate: [mark], beforeDelete: [unmark] } };
  };
}
