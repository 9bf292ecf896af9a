import { ApiException, type KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { type Manifest, objectKey } from "../plan/manifest.ts";
import { ClusterError } from "./client.ts";

/** The name under which the API server keeps what we wrote. */
const FIELD_MANAGER = "sallyport";

/**
 * Writes one object by server-side apply.
 *
 * @throws ClusterError if the API server refuses it, with its words
 */
export async function applyObject(config: KubeConfig, manifest: Manifest, dryRun = false): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(config);
  try {
    const run = dryRun ? "All" : undefined;
    await api.patch({ ...manifest }, undefined, run, FIELD_MANAGER, false, PatchStrategy.ServerSideApply);
  } catch (error) {
    throw new ClusterError(
      `${objectKey(manifest)} was not taken: ${said(error)}`,
      "see what the API server says",
      {
        cause: error,
      },
    );
  }
}

/** Removes one object; one that is not there is fine. */
export async function removeObject(config: KubeConfig, manifest: Manifest): Promise<void> {
  try {
    await KubernetesObjectApi.makeApiClient(config).delete({ ...manifest });
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return;
    throw new ClusterError(
      `${objectKey(manifest)} was not removed: ${said(error)}`,
      "see what the API server says",
      {
        cause: error,
      },
    );
  }
}

function said(error: unknown): string {
  if (!(error instanceof ApiException)) return String(error);
  const body: unknown = error.body;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"') ?? `${error.code} ${text}`;
}
