import type { Running } from "../cluster/running.ts";
import type { Mesh } from "../model/environment.ts";
import type { Manifest } from "../plan/manifest.ts";

/** One istiod: its revision, and what its container was given. */
export interface ControlPlane {
  readonly revision: string;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/** What tells where a mesh's control plane is. */
export type MeshPlace = Pick<Mesh, "namespace" | "revision">;

interface Deployment {
  readonly template: {
    readonly spec: {
      readonly containers: readonly { name: string; image: string; env?: ControlPlane["env"] }[];
    };
  };
}

/** The istiods of the root namespace, in the order of their revisions. */
export function controlPlanesIn(mesh: MeshPlace, { objects }: Pick<Running, "objects">): ControlPlane[] {
  return objects
    .filter(
      ({ kind, metadata: { namespace, labels } }) =>
        kind === "Deployment" && namespace === mesh.namespace && labels?.app === "istiod",
    )
    .map((deployment) => {
      const { containers } = (deployment.spec as unknown as Deployment).template.spec;
      const container = containers.find(({ name }) => name === "discovery") ?? containers[0];
      return {
        revision: deployment.metadata.labels?.["istio.io/rev"] ?? "default",
        image: container?.image ?? "",
        env: container?.env ?? [],
      };
    })
    .sort((a, b) => (a.revision < b.revision ? -1 : 1));
}

/**
 * The istiod that the gateways get their configuration from: the declared revision's, found by its name or by a tag of
 * that name; where none is declared, the default one, or the only one.
 */
export function controlPlaneOf(mesh: MeshPlace, running: Pick<Running, "objects">): ControlPlane | undefined {
  const planes = controlPlanesIn(mesh, running);
  const declared = mesh.revision ?? "default";
  const tagged = running.objects.find((object) => isTag(object, declared))?.metadata.labels?.["istio.io/rev"];
  const found = planes.find(({ revision }) => revision === (tagged ?? declared));
  return found ?? (mesh.revision === undefined && planes.length === 1 ? planes[0] : undefined);
}

/** Istio keeps a revision's other names (tags) in the labels of webhooks. */
function isTag({ kind, metadata: { labels } }: Manifest, name: string): boolean {
  return kind === "MutatingWebhookConfiguration" && labels?.["istio.io/tag"] === name;
}
