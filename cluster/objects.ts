import type { KubeConfig } from "@kubernetes/client-node";
import { DOMAIN } from "../plan/labels.ts";
import { type Manifest, objectKey } from "../plan/manifest.ts";
import { ApiError, callApi, pathOf } from "./api.ts";
import { ClusterError } from "./client.ts";

/** The name under which the API server keeps what we wrote. */
export const FIELD_MANAGER = "sallyport";

/** A manifest as it was written, and the version of the object that it gave. */
export interface Written {
  readonly manifest: Manifest;
  readonly resourceVersion: string;
}

/** An object as the API server gives it. */
export interface LiveObject extends Manifest {
  readonly metadata: Manifest["metadata"] & { readonly resourceVersion: string };
}

/**
 * Writes one object by server-side apply.
 *
 * @returns what was written
 * @throws ClusterError if the API server refuses it, with its words: of a conflict, who else owns which field
 */
export async function applyObject(config: KubeConfig, manifest: Manifest, dryRun = false): Promise<Written> {
  try {
    const live = (await callApi(config, {
      method: "PATCH",
      path: pathOf(manifest),
      query: { fieldManager: FIELD_MANAGER, ...(dryRun ? { dryRun: "All" } : {}) },
      contentType: "application/apply-patch+yaml",
      body: manifest,
    })) as LiveObject;
    return { manifest, resourceVersion: live.metadata.resourceVersion };
  } catch (error) {
    const conflict = error instanceof ApiError && error.code === 409;
    const fix = "let the one that is named give these fields up, or remove the object";
    throw refused(manifest, "was not taken", error, conflict ? fix : undefined);
  }
}

/** Removes one object; one that is not there is fine. */
export async function removeObject(config: KubeConfig, manifest: Manifest): Promise<void> {
  try {
    await callApi(config, { method: "DELETE", path: pathOf(manifest) });
  } catch (error) {
    if (!isMissing(error)) throw refused(manifest, "was not removed", error);
  }
}

/** The object as it is now, or undefined where it is not there. */
export async function readObject(config: KubeConfig, manifest: Manifest): Promise<LiveObject | undefined> {
  try {
    return (await callApi(config, { method: "GET", path: pathOf(manifest) })) as LiveObject;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refused(manifest, "can't be read", error);
  }
}

/**
 * Changes an object of Istio's so that istiod computes a push for all that see it, and nothing else about it: the time
 * in an annotation, and the label by which istiod takes that for a change. Both have a field manager of their own, so
 * that nobody who writes the object takes them off.
 *
 * @returns the object as it is now, or undefined where it is not there
 */
export async function touchObject(config: KubeConfig, manifest: Manifest): Promise<LiveObject | undefined> {
  const labels = { "internal.istio.io/always-push": "true" };
  const annotations = { [`${DOMAIN}/gate`]: new Date().toISOString() };
  try {
    return (await callApi(config, {
      method: "PATCH",
      path: pathOf(manifest),
      query: { fieldManager: `${FIELD_MANAGER}-gate` },
      contentType: "application/merge-patch+json",
      body: { metadata: { labels, annotations } },
    })) as LiveObject;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refused(manifest, "was not touched", error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

function refused(manifest: Manifest, what: string, error: unknown, fix?: string): unknown {
  if (!(error instanceof ApiError)) return error;
  const how = fix ?? webhookFix(error.message) ?? "see what the API server says";
  return new ClusterError(`${objectKey(manifest)} ${what}: ${error.message}`, how, { cause: error });
}

/** The API server asks webhooks about a write; what it says of one that does not answer names no way out. */
function webhookFix(message: string): string | undefined {
  const name = /failed calling webhook "([^"]+)"/.exec(message)?.[1];
  if (name === undefined) return undefined;
  const server = name.endsWith(".istio.io") ? "istiod" : "what serves it";
  return `the webhook ${name} does not answer: bring ${server} up, and run this again`;
}
