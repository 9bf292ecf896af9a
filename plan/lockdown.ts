import type { Gateway, Lockdown, Mesh, Reach } from "../model/environment.ts";
import { listenerPort } from "../model/ports.ts";
import { gatewaySelector, managedLabels } from "./labels.ts";
import type { Json, Manifest, PlannedObject } from "./manifest.ts";
import { dnsRule, istiodRule, namespacePeer, tcp } from "./network.ts";
import { withSyncWaves } from "./sync-wave.ts";
import { refusalLog } from "./telemetry/sidecar-log.ts";

const NAME = "sallyport-lockdown";

/** What locking one namespace down takes. */
export interface LockdownPlan {
  readonly lockdown: Lockdown;
  readonly mesh: Mesh;
  readonly gateways: readonly Gateway[];
}

/**
 * Plans the lockdown of one namespace: its pods may reach DNS, istiod, the gateways and what is declared, in IPv4 and
 * IPv6, and its sidecars know no way to hosts that nobody registered. The NetworkPolicy is the boundary (it holds for
 * pods without a sidecar too); the Sidecar gives well-behaved callers a quick refusal.
 */
export function planLockdown(plan: LockdownPlan): PlannedObject[] {
  const manifests = [
    ...(plan.mesh.outboundTrafficPolicy === "ALLOW_ANY" ? [registryOnly(plan)] : []),
    networkPolicy(plan),
    refusalLog(plan.lockdown.namespace),
  ];
  return withSyncWaves(manifests.map((manifest) => ({ wave: "lockdown", manifest })));
}

/** One Sidecar without a selector a namespace is what Istio takes; a second one would be ignored. */
function registryOnly({ lockdown }: LockdownPlan): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Sidecar",
    metadata: { name: NAME, namespace: lockdown.namespace, labels: managedLabels() },
    spec: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
  };
}

function networkPolicy({ lockdown, mesh, gateways }: LockdownPlan): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: NAME, namespace: lockdown.namespace, labels: managedLabels() },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        dnsRule(mesh),
        istiodRule(mesh),
        ...gateways.map(gatewayRule),
        ...lockdown.reach.map(reachRule),
      ],
    },
  };
}

function gatewayRule(gateway: Gateway): Json {
  return {
    to: [namespacePeer(gateway.namespace, gatewaySelector(gateway.name))],
    ports: tcp(gateway.ports.map(({ port }) => listenerPort(port))),
  };
}

function reachRule(reach: Reach): Json {
  const peer: Json =
    "cidr" in reach ? { ipBlock: { cidr: reach.cidr } } : namespacePeer(reach.namespace, reach.podLabels);
  return { to: [peer], ports: tcp(reach.ports) };
}
