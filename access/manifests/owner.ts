import type { Manifest } from "../../plan/manifest.ts";

/** Whether Sallyport made an object, as its label says. */
export function isOurs({ metadata }: Pick<Manifest, "metadata">): boolean {
  return metadata.labels?.["app.kubernetes.io/managed-by"] === "sallyport";
}
