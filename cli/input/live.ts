import { DEFAULT_MESH, type MeshSettings } from "../../access/manifests/mesh.ts";
import { hasSay, isReadGroup, type Unjudged } from "../../access/manifests/unjudged.ts";
import type { ClusterAccess } from "../../cluster/access.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";
import { CannotError } from "../exit.ts";

/**
 * All that decides in a cluster who gets where, whoever made it.
 *
 * @throws ClusterError if some of it can't be read; CannotError if the cluster has no Istio
 */
export async function liveManifests(access: ClusterAccess): Promise<Manifest[]> {
  // Loaded where it is used: a file takes no cluster's client.
  const [{ connect }, { readInventory }] = await Promise.all([
    import("../../cluster/client.ts"),
    import("../../cluster/inventory.ts"),
  ]);
  let hasIstio = false;
  const manifests = await readInventory(connect(access), isReadGroup, (kind) => {
    hasIstio ||= kind.kind === "VirtualService";
    return hasSay(kind);
  });
  if (!hasIstio)
    throw new CannotError(
      "the cluster's API has no VirtualService of networking.istio.io",
      "install Istio in it, or name the context of the cluster that has it",
    );
  return manifests;
}

/** What a cluster's mesh is told to do, and what of that is not known. */
export interface LiveMesh {
  readonly settings: Partial<MeshSettings>;
  readonly gaps: readonly Unjudged[];
}

/**
 * The settings of the mesh, by the ConfigMap of the istiod among a cluster's objects; Istio's own defaults, with a gap,
 * where that can't be read.
 *
 * @param manifests of {@link liveManifests}
 * @throws ClusterError if the cluster does not answer
 */
export async function liveMesh(access: ClusterAccess, manifests: readonly Manifest[]): Promise<LiveMesh> {
  const [{ connect }, { ApiError, callApi }, { meshConfigMap, meshConfigOf, meshConfigText }] =
    await Promise.all([
      import("../../cluster/client.ts"),
      import("../../cluster/api.ts"),
      import("../../preflight/mesh-config.ts"),
    ]);
  const istiod = manifests.find(
    ({ kind, metadata }) => kind === "Deployment" && metadata.labels?.app === "istiod",
  );
  const namespace = istiod?.metadata.namespace ?? DEFAULT_MESH.rootNamespace;
  const name = meshConfigMap({ namespace }, { objects: manifests });
  const head: Manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } };
  const unknown = (why: string): LiveMesh => ({
    settings: { rootNamespace: namespace },
    gaps: [
      { object: objectKey(head), why: `${why}, so that the mesh is taken to have Istio's own defaults` },
    ],
  });
  try {
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const found = (await callApi(connect(access), { method: "GET", path })) as Manifest;
    const objects = [...manifests, { ...found, ...head }];
    if (meshConfigText({ namespace }, { objects }) === undefined) return unknown("holds no mesh");
    const { rootNamespace, trustDomain, outboundTrafficPolicy, pathNormalization } = meshConfigOf(
      { namespace },
      { objects },
    );
    return {
      settings: {
        rootNamespace: rootNamespace ?? namespace,
        ...(trustDomain === undefined ? {} : { trustDomain }),
        ...(outboundTrafficPolicy?.mode === "REGISTRY_ONLY"
          ? { outboundTrafficPolicy: "REGISTRY_ONLY" }
          : {}),
        ...normalizationOf(pathNormalization?.normalization),
      },
      gaps:
        pathNormalization?.normalization === "NONE"
          ? [{ object: objectKey(head), why: "leaves paths as they are (NONE), which is read as BASE" }]
          : [],
    };
  } catch (error) {
    if (error instanceof ApiError) return unknown(`can't be read (${error.code})`);
    throw error;
  }
}

/** DEFAULT is BASE. */
function normalizationOf(name: string | undefined): Pick<Partial<MeshSettings>, "pathNormalization"> {
  return name === "MERGE_SLASHES" || name === "DECODE_AND_MERGE_SLASHES" ? { pathNormalization: name } : {};
}
