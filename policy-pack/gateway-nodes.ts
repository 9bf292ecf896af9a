import type { Objects } from "../access/manifests/read.ts";
import type { PodSpec } from "../access/manifests/specs.ts";
import { POOL_LABEL } from "../plan/labels.ts";
import { areOfEgressGateway } from "./egress-gateways.ts";
import type { Rule, Violation } from "./rule.ts";

/** A firewall tells the gateways by their nodes, so that they run there and nowhere else. */
export const gatewayNodes: Rule = {
  name: "gateway-nodes",
  description: "Egress gateways run on the nodes that are theirs alone, where the stack has such nodes.",
  expects: "pool",
  find: (objects, expected) => {
    const pools = expected.pool === undefined ? poolsOf(objects) : [expected.pool];
    return pools.length === 0
      ? []
      : objects("Deployment").flatMap(({ key, spec: { template } }) =>
          areOfEgressGateway(template.metadata?.labels) ? misplaced(key, template.spec ?? {}, pools) : [],
        );
  },
};

/** Pools that the stack brings, or that one of its gateways is bound to. */
function poolsOf(objects: Objects): string[] {
  const records = objects("ConfigMap").flatMap(({ labels }) => labels[POOL_LABEL] ?? []);
  const made = objects("NodePool").flatMap(({ spec }) => spec.template?.metadata?.labels?.[POOL_LABEL] ?? []);
  const bound = objects("Deployment").flatMap(({ spec: { template } }) =>
    areOfEgressGateway(template.metadata?.labels) ? selectedPools(template.spec ?? {}) : [],
  );
  return [...new Set([...records, ...made, ...bound])].sort();
}

function misplaced(object: string, placement: PodSpec, pools: readonly string[]): Violation[] {
  const isBound = selectedPools(placement);
  const bound = isBound.length > 0 && isBound.every((pool) => pools.includes(pool));
  const tolerates = (placement.tolerations ?? []).some(
    ({ key, operator = "Equal", value = "", effect = "NoSchedule" }) =>
      (key === POOL_LABEL || (key === undefined && operator === "Exists")) &&
      (operator === "Exists" || pools.includes(value)) &&
      effect === "NoSchedule",
  );
  const path = "spec.template.spec";
  return [
    ...(bound
      ? []
      : [
          {
            object,
            path: `${path}.affinity`,
            why: "a gateway may run on nodes that are not its own, from which a firewall lets nothing out",
            fix: `require the node label ${POOL_LABEL}: ${pools.join(" or ")}`,
          },
        ]),
    ...(tolerates
      ? []
      : [
          {
            object,
            path: `${path}.tolerations`,
            why: "a gateway can't run on its own nodes, whose taint keeps pods off",
            fix: `tolerate ${POOL_LABEL}=${pools.join(" or ")}:NoSchedule`,
          },
        ]),
  ];
}

/** The pools that a pod is bound to; none if it may run elsewhere too, as one of several terms is enough. */
function selectedPools({ nodeSelector = {}, affinity }: PodSpec): string[] {
  const selected = nodeSelector[POOL_LABEL];
  if (selected !== undefined) return [selected];
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const pools = terms.map(({ matchExpressions = [] }) =>
    matchExpressions.flatMap(({ key, operator, values = [] }) =>
      key === POOL_LABEL && operator === "In" ? values : [],
    ),
  );
  return pools.every((values) => values.length > 0) ? pools.flat() : [];
}
