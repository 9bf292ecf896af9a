import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Manifest, objectKey, type PlannedObject, WAVES } from "../plan/manifest.ts";
import { gatewayDeployment } from "./gateway-deployment.ts";

type Register = (
  name: string,
  manifest: Manifest,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

/** The provider's own classes for Kubernetes' own kinds; every other kind is a custom resource. */
const KINDS: Readonly<Record<string, Register>> = {
  "apps/v1/Deployment": gatewayDeployment,
  "autoscaling/v2/HorizontalPodAutoscaler": kind(kubernetes.autoscaling.v2.HorizontalPodAutoscaler),
  "networking.k8s.io/v1/NetworkPolicy": kind(kubernetes.networking.v1.NetworkPolicy),
  "policy/v1/PodDisruptionBudget": kind(kubernetes.policy.v1.PodDisruptionBudget),
  "rbac.authorization.k8s.io/v1/Role": kind(kubernetes.rbac.v1.Role),
  "rbac.authorization.k8s.io/v1/RoleBinding": kind(kubernetes.rbac.v1.RoleBinding),
  "v1/ConfigMap": kind(kubernetes.core.v1.ConfigMap),
  "v1/Namespace": kind(kubernetes.core.v1.Namespace),
  "v1/Service": kind(kubernetes.core.v1.Service),
  "v1/ServiceAccount": kind(kubernetes.core.v1.ServiceAccount),
};
const customResource = kind(kubernetes.apiextensions.CustomResource);

/** The classes differ in their arguments' types; a planned manifest has its kind's shape (the API server checks it). */
function kind<Args>(
  Class: new (name: string, args: Args, options: pulumi.CustomResourceOptions) => pulumi.CustomResource,
): Register {
  return (name, manifest, options) => new Class(name, manifest as unknown as Args, options);
}

/**
 * Registers planned objects as resources, each wave after the one before. What is registered is the manifest as
 * planned: no field is added or left out here.
 *
 * @param component the name of the component that the resources belong to; begins theirs, as the engine tells
 *   resources of two components of one type apart by nothing else
 * @param parent the component itself
 * @param optionsOf more options for some of the resources
 * @returns the resources in rollout order
 */
export function registerObjects(
  objects: readonly PlannedObject[],
  component: string,
  parent: pulumi.ComponentResource,
  optionsOf: (name: string, manifest: Manifest) => pulumi.CustomResourceOptions = () => ({}),
): pulumi.CustomResource[] {
  const registered: pulumi.CustomResource[] = [];
  let before: pulumi.CustomResource[] = [];
  for (const wave of WAVES) {
    const current = objects
      .filter((object) => object.wave === wave)
      .map(({ manifest }) => {
        const name = resourceName(component, manifest);
        const register = KINDS[`${manifest.apiVersion}/${manifest.kind}`] ?? customResource;
        return register(name, manifest, { parent, dependsOn: before, ...optionsOf(name, manifest) });
      });
    registered.push(...current);
    if (current.length > 0) before = current;
  }
  return registered;
}

/** Such as `prod/egress/egress-hop`: by the object's own name, so that nothing moves when others come or go. */
function resourceName(component: string, manifest: Manifest): string {
  return `${component}/${objectKey(manifest).slice(manifest.kind.length + 1)}`;
}
