import * as kx from "@pulumi/kubernetesx";
import type * as pulumi from "@pulumi/pulumi";
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
  // kubernetesx fills in env, ports, volumes … as empty lists, which would then be ours to the API server.
  const asPlanned: pulumi.ResourceTransformation = ({ props, opts }) => ({
    props: { ...props, spec: manifest.spec },
    opts,
  });
  const args = { ...manifest, spec: { ...spec, template: { ...spec.template, spec: pod.podSpec } } };
  return new kx.Deployment(name, args as unknown as kx.types.Deployment, {
    ...options,
    transformations: [asPlanned],
  });
}
