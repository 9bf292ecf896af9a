import { hasSay, isReadGroup } from "../access/manifests/unjudged.ts";
import type { ClusterAccess } from "../cluster/access.ts";
import type { Manifest } from "../plan/manifest.ts";
import { CannotError } from "./exit.ts";

/**
 * All that decides in a cluster who gets where, whoever made it.
 *
 * @throws ClusterError if some of it can't be read; CannotError if the cluster has no Istio
 */
export async function liveManifests(access: ClusterAccess): Promise<Manifest[]> {
  // Loaded where it is used: a file takes no cluster's client.
  const [{ connect }, { readInventory }] = await Promise.all([
    import("../cluster/client.ts"),
    import("../cluster/inventory.ts"),
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
