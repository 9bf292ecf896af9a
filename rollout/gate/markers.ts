import { hopName } from "../../plan/hosts/hop.ts";
import { gatewayOf } from "../../plan/labels.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";

/**
 * The objects whose change istiod pushes to the proxies that a stage concerns: the hop's DestinationRule, which a
 * gateway and all its callers' sidecars see; the Sidecar of a namespace; and one EnvoyFilter of the gateway. For the
 * others istiod sends the clusters that changed alone, so that a gateway which refused some before would take that and
 * look as if it had all. After a change of an EnvoyFilter it sends them all anew.
 *
 * @param changed what the stage writes and removes
 * @param known all objects of both plans; the markers of a gateway are among them, whether the stage writes them or not
 */
export function markersOf(changed: readonly Manifest[], known: readonly Manifest[]): Manifest[] {
  const gateways = new Set(changed.map(gatewayOf));
  const hops = known.filter((manifest) => isHop(manifest) && gateways.has(gatewayOf(manifest)));
  const markers = [
    ...hops.flatMap((hop) => [...filterBeside(hop, known), hop]),
    ...changed.filter(({ kind }) => kind === "Sidecar"),
  ];
  return [...new Map(markers.map((marker) => [objectKey(marker), marker])).values()];
}

/** Whether an object is a gateway's hop, of which each gateway has one. */
export function isHop(manifest: Manifest): boolean {
  const gateway = gatewayOf(manifest);
  return (
    manifest.kind === "DestinationRule" &&
    gateway !== undefined &&
    manifest.metadata.name === hopName(gateway)
  );
}

/** The last as known: one that a stage removes comes before what stays. */
function filterBeside(hop: Manifest, known: readonly Manifest[]): Manifest[] {
  const filter = known.findLast(
    (manifest) =>
      manifest.kind === "EnvoyFilter" &&
      manifest.metadata.namespace === hop.metadata.namespace &&
      gatewayOf(manifest) === gatewayOf(hop),
  );
  return filter === undefined ? [] : [filter];
}

/** The namespaces whose sidecars a marker concerns, `*` for all, by the object as it is in the cluster. */
export function namespacesOf({ kind, metadata, spec }: Manifest): string[] {
  if (kind === "Sidecar") return [metadata.namespace ?? ""];
  const { exportTo } = (spec ?? {}) as { exportTo?: readonly string[] };
  return (exportTo ?? []).filter((namespace) => namespace !== ".");
}
