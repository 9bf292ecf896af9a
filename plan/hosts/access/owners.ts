import type { Owners } from "../../../model/environment.ts";
import { kindOf } from "../../kinds.ts";
import { inGatewayNamespace, OWNER_LABEL } from "../../labels.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";
import { groupSubject, planRole } from "../role.ts";

/**
 * Lets each owner's groups read what is made for their own hosts in the gateway's namespace, by name: nobody else's,
 * and nothing to write. A catalog is changed by its file.
 *
 * @param planned the gateway's objects for its hosts
 */
export function planOwnerAccess(
  { gateway }: HostsContext,
  owners: Owners,
  planned: readonly PlannedObject[],
): PlannedObject[] {
  return Object.entries(owners).flatMap(([owner, { groups }]): PlannedObject[] => {
    const own = planned
      .map(({ manifest }) => manifest)
      .filter(
        ({ metadata }) =>
          metadata.namespace === gateway.namespace && metadata.labels?.[OWNER_LABEL] === owner,
      );
    if (own.length === 0) return [];
    const metadata = inGatewayNamespace(gateway, `${gateway.name}-owner-${owner}`, { [OWNER_LABEL]: owner });
    return planRole(metadata, rulesFor(own), groups.map(groupSubject));
  });
}

/** One rule a kind, with the objects' names: `get` alone can be limited to them. */
function rulesFor(manifests: readonly Manifest[]): Json {
  const byKind = Map.groupBy(manifests, (manifest) => kindOf(manifest).plural);
  return [...byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([plural, alike]) => ({
      apiGroups: [...new Set(alike.map(({ apiVersion }) => apiVersion.replace(/\/?[^/]*$/, "")))].sort(),
      resources: [plural],
      resourceNames: alike.map(({ metadata }) => metadata.name).sort(),
      verbs: ["get"],
    }));
}
