import type { Listing, Reading } from "../cluster/running.ts";
import type { Environment } from "../model/environment.ts";
import type { Manifest } from "../plan/manifest.ts";

/** The kinds that the rules look at, wherever they are. */
const EVERYWHERE: readonly Listing[] = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "networking.istio.io/v1", kind: "DestinationRule" },
  { apiVersion: "networking.istio.io/v1", kind: "Gateway" },
  { apiVersion: "networking.istio.io/v1", kind: "ServiceEntry" },
  { apiVersion: "networking.istio.io/v1", kind: "Sidecar" },
  { apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
  { apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" },
  { apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy" },
  { apiVersion: "telemetry.istio.io/v1", kind: "Telemetry" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicy" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding" },
];

/** What is to be listed for an environment; kinds of its plan that not every cluster has among it. */
export function wantedListings({ mesh }: Environment, planned: readonly Manifest[]): Listing[] {
  const own = planned.filter(({ apiVersion }) => apiVersion.startsWith("karpenter.sh/"));
  return [
    ...EVERYWHERE,
    { apiVersion: "v1", kind: "ConfigMap", namespace: mesh.namespace },
    { apiVersion: "apps/v1", kind: "Deployment", namespace: mesh.namespace },
    ...own.map(({ apiVersion, kind }) => ({ apiVersion, kind })),
  ];
}

/** The Secrets that hosts name, each once; no others are read. */
export function wantedSecrets({ gateways, hosts }: Environment): Reading[] {
  const homes = new Map(gateways.map(({ name, namespace }) => [name, namespace]));
  const wanted = hosts
    .filter(({ allow }) => allow.length > 0)
    .flatMap(({ gateway, caSecret, clientSecret }) =>
      [caSecret, clientSecret].flatMap((name): Reading[] =>
        name === undefined
          ? []
          : [{ apiVersion: "v1", kind: "Secret", namespace: homes.get(gateway) ?? "", name }],
      ),
    );
  return [...new Map(wanted.map((secret) => [`${secret.namespace}/${secret.name}`, secret])).values()];
}
