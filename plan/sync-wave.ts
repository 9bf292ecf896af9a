import { type Manifest, type PlannedObject, WAVES, type Wave } from "./manifest.ts";

/** By this annotation Argo CD applies objects in order of its numbers, and `sallyport apply` knows them again. */
const ANNOTATION = "argocd.argoproj.io/sync-wave";

/** Gives objects their wave's place as annotation. */
export function withSyncWaves(objects: readonly PlannedObject[]): PlannedObject[] {
  return objects.map(({ wave, manifest }) => {
    const annotations = { ...manifest.metadata.annotations, [ANNOTATION]: String(WAVES.indexOf(wave)) };
    return { wave, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } };
  });
}

/** The wave of an object that was planned; the first, and so the last to be removed, where it tells none. */
export function waveOf({ metadata }: Manifest): Wave {
  return WAVES[Number(metadata.annotations?.[ANNOTATION] ?? 0)] ?? "foundation";
}
