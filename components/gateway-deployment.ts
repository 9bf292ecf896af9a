import * as kx from "@pulumi/kubernetesx";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../plan/manifest.ts";

interface PodTemplate {
  readonly metadata: object;
  readonly spec: kx.types.PodSpec;
}

/** Builds the gateway's pod and Deployment with kubernetesx from the planned manifest. */
export function gatewayDeployment(
  name: string,
  manifest: Manifest,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const spec = manifest.spec as unknown as { readonly template: PodTemplate };
  const pod = new kx.PodBuilder(spec.template.spec);
  const args = { ...manifest, spec: { ...spec, template: { ...spec.template, spec: pod.podSpec } } };
  return new kx.Deployment(name, args as unknown as kx.types.Deployment, {
    ...options,
    transformations: [withoutEmptyLists],
  });
}

/** kubernetesx writes env, ports, volumes … as empty lists, which would then be ours to the API server. */
const withoutEmptyLists: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: { ...props, spec: pulumi.output(props.spec).apply(prune) },
  opts,
});

function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0))
      .map(([key, inner]) => [key, prune(inner)]),
  );
}
