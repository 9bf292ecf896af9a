import type { Manifest } from "./manifest.ts";

/** The prefix of every label, annotation and taint of ours. */
export const DOMAIN = "egress.sallyport.dev";
/** Carries the gateway's name on its pods; policies and routes select by it. */
export const GATEWAY_LABEL = `${DOMAIN}/gateway`;
/** Carries the pool's name on dedicated nodes, as label and as taint. */
export const POOL_LABEL = `${DOMAIN}/pool`;
/** Tells the team that owns the hosts in an object. */
export const OWNER_LABEL = `${DOMAIN}/owner`;

/** Tells which existing nodes a pool has, as JSON on the pool's record: plan/nodes/marks.ts. */
export const NODES_ANNOTATION = `${DOMAIN}/nodes`;

/** Tells the environment that `sallyport apply` wrote an object for. */
export const ENVIRONMENT_LABEL = `${DOMAIN}/environment`;

/** The label of every object of ours. */
export const MANAGED = { "app.kubernetes.io/managed-by": "sallyport" } as const;

/** Whether an object says that it is ours. */
export function isManaged({ labels }: Pick<Manifest["metadata"], "labels">): boolean {
  return Object.entries(MANAGED).every(([key, value]) => labels?.[key] === value);
}

/** The labels of every object of a gateway. */
export function labelsOf(
  gateway: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...MANAGED, [GATEWAY_LABEL]: gateway, ...more };
}

/** The head of an object in the gateway's own namespace. */
export function inGatewayNamespace(
  gateway: { readonly name: string; readonly namespace: string },
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Manifest["metadata"] {
  return { name, namespace: gateway.namespace, labels: labelsOf(gateway.name, labels) };
}

/**
 * The head of an object of a gateway for its callers' sidecars.
 *
 * @param namespace of the callers; `*` for all: in Istio's root namespace it is for every sidecar
 */
export function inCallersNamespace(
  {
    gateway,
    mesh,
  }: { readonly gateway: { readonly name: string }; readonly mesh: { readonly namespace: string } },
  name: string,
  namespace: string,
): Manifest["metadata"] {
  const home = namespace === "*" ? mesh.namespace : namespace;
  return { name, namespace: home, labels: labelsOf(gateway.name) };
}

/** The labels of objects that no single gateway has. */
export function managedLabels(): Record<string, string> {
  return { ...MANAGED };
}

/** The label by which a gateway's pods are selected, and nothing else is. */
export function gatewaySelector(gateway: string): Record<string, string> {
  return { [GATEWAY_LABEL]: gateway };
}

/** The gateway that an object of ours belongs to; undefined where it belongs to none alone. */
export function gatewayOf({ metadata }: Manifest): string | undefined {
  return metadata.labels?.[GATEWAY_LABEL];
}
