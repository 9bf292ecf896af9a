import type { Gateway, Mesh, Monitoring } from "../../model/environment.ts";
import { gatewaySelector, inGatewayNamespace, labelsOf } from "../labels.ts";
import type { Manifest, PlannedObject, Wave } from "../manifest.ts";
import { withSyncWaves } from "../sync-wave.ts";
import { noTextLog } from "../telemetry/access-log.ts";
import { gatewayDeployment, gatewayService } from "./deployment.ts";
import { gatewayNetworkPolicy } from "./network-policy.ts";

/** What one gateway takes: its namespace, identity, pods, scaling, own network policy and telemetry. */
interface GatewayPlan {
  readonly gateway: Gateway;
  readonly mesh: Mesh;
  readonly monitoring: Monitoring;
  /** The pool of dedicated nodes, if there is one. */
  readonly pool?: string;
}

/** Plans a gateway that refuses everyone until hosts are declared. */
export function planGateway({ gateway, mesh, monitoring, pool }: GatewayPlan): PlannedObject[] {
  const inWave = (wave: Wave, ...manifests: Manifest[]): PlannedObject[] =>
    manifests.map((manifest) => ({ wave, manifest }));
  return withSyncWaves([
    ...inWave("foundation", namespace(gateway)),
    ...inWave(
      "guard",
      denyAll(gateway),
      serviceAccount(gateway),
      gatewayNetworkPolicy(gateway, mesh, monitoring),
      noTextLog(gateway),
    ),
    ...inWave(
      "gateway",
      gatewayService(gateway),
      gatewayDeployment(gateway, mesh, monitoring, pool),
      autoscaler(gateway),
      disruptionBudget(gateway),
    ),
  ]);
}

function namespace(gateway: Gateway): Manifest {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: gateway.namespace,
      labels: labelsOf(gateway.name, { "pod-security.kubernetes.io/enforce": "restricted" }),
    },
  };
}

/** An ALLOW policy without rules refuses all that no other policy allows: whatever comes late fails closed. */
function denyAll(gateway: Gateway): Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: inGatewayNamespace(gateway, `${gateway.name}-deny-all`),
    spec: { selector: { matchLabels: gatewaySelector(gateway.name) }, action: "ALLOW" },
  };
}

function serviceAccount(gateway: Gateway): Manifest {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: inGatewayNamespace(gateway, gateway.serviceAccount),
  };
}

function autoscaler(gateway: Gateway): Manifest {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: gateway.name },
      minReplicas: gateway.replicas.min,
      maxReplicas: gateway.replicas.max,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
        },
      ],
    },
  };
}

function disruptionBudget(gateway: Gateway): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: {
      selector: { matchLabels: gatewaySelector(gateway.name) },
      maxUnavailable: gateway.disruption.maxUnavailable,
    },
  };
}
