import type { Gateway, Lockdown, Mesh, Reach } from "../model/environment.ts";
import { listenerPort } from "../model/values/ports.ts";
import { gatewaySelector, managedLabels } from "./labels.ts";
import type { Json, Manifest, PlannedObject } from "./manifest.ts";
import { dnsRule, istiodRule, namespacePeer, tcp } from "./network.ts";
import { withSyncWaves } from "./sync-wave.ts";
import { refusalLog } from "./telemetry/sidecar-log.ts";

/** The name of what locks a namespace down, in each that is. */
export const LOCKDOWN_NAME = "sallyport-lockdown";

/** What locking one namespace down takes. */
interface LockdownPlan {
  readonly lockdown: Lockdown;
  readonly mesh: Mesh;
  readonly gateways: readonly Gateway[];
}

/**
 * Plans the lockdown of one namespace: its pods may reach DNS, istiod, the gateways and what is declared, in IPv4 and
 * IPv6, and its sidecars know these alone. The NetworkPolicy is the boundary (it holds for pods without a sidecar too);
 * the Sidecar gives well-behaved callers a quick refusal, and keeps the rest of the mesh out of their memory.
 */
export function planLockdown(plan: LockdownPlan): PlannedObject[] {
  const manifests = [...sidecar(plan), networkPolicy(plan), refusalLog(plan.lockdown.namespace)];
  return withSyncWaves(manifests.map((manifest) => ({ wave: "lockdown", manifest })));
}

/**
 * One Sidecar without a selector a namespace is what Istio takes; a second one would be ignored. None where it would say
 * nothing.
 */
function sidecar(plan: LockdownPlan): Manifest[] {
  const spec = {
    ...(plan.mesh.outboundTrafficPolicy === "ALLOW_ANY"
      ? { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } }
      : {}),
    ...imports(plan),
  };
  if (Object.keys(spec).length === 0) return [];
  const { namespace } = plan.lockdown;
  const metadata = { name: LOCKDOWN_NAME, namespace, labels: managedLabels() };
  return [{ apiVersion: "networking.istio.io/v1", kind: "Sidecar", metadata, spec }];
}

/**
 * Whose services and routes the sidecars know: those of the namespaces that the NetworkPolicy opens, DNS over TCP among
 * them. All, where an address range is open too, as any service may lie in it.
 */
function imports({ lockdown, mesh, gateways }: LockdownPlan): { readonly egress?: Json } {
  const reached = lockdown.reach.map((reach) => ("namespace" in reach ? reach.namespace : undefined));
  if (reached.includes(undefined)) return {};
  const namespaces = [mesh.dns.namespace, ...gateways.map(({ namespace }) => namespace), ...reached];
  return { egress: [{ hosts: ["./*", ...[...new Set(namespaces)].sort().map((name) => `${name}/*`)] }] };
}

function networkPolicy({ lockdown, mesh, gateways }: LockdownPlan): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: LOCKDOWN_NAME, namespace: lockdown.namespace, labels: managedLabels() },
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
