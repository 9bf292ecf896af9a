/** A kind of object that a plan may hold, and where the API server keeps it. */
interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** False for kinds that have no namespace. */
  readonly namespaced: boolean;
}

function kind(apiVersion: string, kind: string, plural: string, namespaced = true): Kind {
  return { apiVersion, kind, plural, namespaced };
}

/** Every kind that a plan may hold; what is not here would never be found again to be removed. */
export const KINDS: readonly Kind[] = [
  kind("v1", "Namespace", "namespaces", false),
  kind("v1", "ConfigMap", "configmaps"),
  kind("v1", "Service", "services"),
  kind("v1", "ServiceAccount", "serviceaccounts"),
  kind("apps/v1", "Deployment", "deployments"),
  kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  kind("networking.istio.io/v1", "DestinationRule", "destinationrules"),
  kind("networking.istio.io/v1", "Gateway", "gateways"),
  kind("networking.istio.io/v1", "ServiceEntry", "serviceentries"),
  kind("networking.istio.io/v1", "Sidecar", "sidecars"),
  kind("networking.istio.io/v1", "VirtualService", "virtualservices"),
  kind("networking.istio.io/v1alpha3", "EnvoyFilter", "envoyfilters"),
  kind("rbac.authorization.k8s.io/v1", "Role", "roles"),
  kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  kind("security.istio.io/v1", "AuthorizationPolicy", "authorizationpolicies"),
  kind("security.istio.io/v1", "RequestAuthentication", "requestauthentications"),
  kind("telemetry.istio.io/v1", "Telemetry", "telemetries"),
  kind("karpenter.sh/v1", "NodePool", "nodepools", false),
];

/** @throws Error for a kind that no plan holds */
export function kindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Kind {
  const found = KINDS.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  if (found === undefined) throw new Error(`${apiVersion} ${kind} is missing in plan/kinds.ts`);
  return found;
}
