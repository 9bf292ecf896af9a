import type { ExistingNodes, KarpenterNodes, Nodes } from "../../model/environment.ts";
import { managedLabels, POOL_LABEL } from "../labels.ts";
import type { Json, Manifest, PlannedObject } from "../manifest.ts";
import { withSyncWaves } from "../sync-wave.ts";
import { recordAnnotation } from "./marks.ts";

/** Where the record of marked nodes lives: nodes have no namespace, and this one is always there. */
const RECORD_NAMESPACE = "kube-system";

/** Plans the nodes that only gateways use. */
export function planNodes(nodes: Nodes): PlannedObject[] {
  const manifest = nodes.provider === "existing" ? existingNodesRecord(nodes) : karpenterNodePool(nodes);
  return withSyncWaves([{ wave: "foundation", manifest }]);
}

/**
 * The record of which existing nodes are marked. Nodes are not ours to write as whole objects, so whoever deploys the
 * record (the Pulumi component or `rollout/`) marks them by JSON patch, and takes the marks off when it goes.
 */
function existingNodesRecord({ pool, names, selector }: ExistingNodes): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `sallyport-nodes-${pool}`,
      namespace: RECORD_NAMESPACE,
      labels: { ...managedLabels(), [POOL_LABEL]: pool },
      annotations: recordAnnotation({ pool, names: [...names].sort(), selector }),
    },
  };
}

function karpenterNodePool({
  pool,
  nodeClassRef,
  instanceCategories,
  zones,
  cpuLimit,
}: KarpenterNodes): Manifest {
  const requirements: Json[] = [
    { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
    ...(instanceCategories.length === 0
      ? []
      : [{ key: "karpenter.k8s.aws/instance-category", operator: "In", values: instanceCategories }]),
    ...(zones.length === 0 ? [] : [{ key: "topology.kubernetes.io/zone", operator: "In", values: zones }]),
  ];
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: `sallyport-${pool}`, labels: managedLabels() },
    spec: {
      limits: { cpu: cpuLimit },
      template: {
        metadata: { labels: { [POOL_LABEL]: pool } },
        spec: {
          nodeClassRef: { group: nodeClassRef.group, kind: nodeClassRef.kind, name: nodeClassRef.name },
          requirements,
          taints: [{ key: POOL_LABEL, value: pool, effect: "NoSchedule" }],
        },
      },
    },
  };
}
