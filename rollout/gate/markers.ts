import { hopName } from "../../plan/hosts/hop.ts";
import { gatewayOf } from "../../plan/labels.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";

/**
 * The objects whose change istiod pushes to exactly the proxies that a stage concerns: the hop's DestinationRule, which
 * a gateway and all its callers' sidecars see, and the Sidecar of a namespace.
 *
 * @param changed what the stage writes and removes
 * @param known all objects of both plans; the marker of a gateway is among them, whether the stage writes it or not
 */
export function markersOf(changed: readonly Manifest[], known: readonly Manifest[]): Manifest[] {
  const gateways = new Set(changed.map(gatewayOf));
  const hops = known.filter((manifest) => isHop(manifest) && gateways.has(gatewayOf(manifest)));
  const markers = [...hops, ...changed.filter(({ kind }) => kind === "Sidecar")];
  return [...new Map(markers.map((marker) => [objectKey(marker), marker])).values()];
}

function isHop(manifest: Manifest): boolean {
  const gateway = gatewayOf(manifest);
  return (
    manifest.kind === "DestinationRule" &&
    gateway !== undefined &&
    manifest.metadata.name === hopName(gateway)
  );
}

/** The namespaces whose sidecars a marker concerns, `*` for all, by the object as it is in the cluster. */
export function namespacesOf({ kind, metadata, spec }: Manifest): string[] {
  if (kind === "Sidecar") return [metadata.namespace ?? ""];
  const { exportTo } = (spec ?? {}) as { exportTo?: readonly string[] };
  return (exportTo ?? []).filter((namespace) => namespace !== ".");
}
