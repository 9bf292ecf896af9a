import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, callApi } from "./api.ts";
import { ClusterError } from "./client.ts";

/** What an object is called and whose it is. */
export interface Head {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
}

/** What people and programs keep in a namespace, and where the API server has it. */
const CONTENTS: readonly (readonly [kind: string, group: string, plural: string])[] = [
  ["Secret", "/api/v1", "secrets"],
  ["ConfigMap", "/api/v1", "configmaps"],
  ["Service", "/api/v1", "services"],
  ["Deployment", "/apis/apps/v1", "deployments"],
  ["StatefulSet", "/apis/apps/v1", "statefulsets"],
  ["DaemonSet", "/apis/apps/v1", "daemonsets"],
  ["Job", "/apis/batch/v1", "jobs"],
  ["CronJob", "/apis/batch/v1", "cronjobs"],
  ["PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims"],
  ["Pod", "/api/v1", "pods"],
];

/**
 * The heads of what a namespace holds; no Secret's value is asked for.
 *
 * @throws ClusterError if a kind can't be listed
 */
export async function contentsOf(config: KubeConfig, namespace: string): Promise<Head[]> {
  const lists = await Promise.all(
    CONTENTS.map(async ([kind, group, plural]) => {
      const heads = await list(config, `${group}/namespaces/${namespace}/${plural}`, `${kind}s`);
      return heads.map(({ metadata }) => ({ kind, metadata }));
    }),
  );
  return lists.flat();
}

/** The names of all namespaces. @throws ClusterError if they can't be listed */
export async function namespacesIn(config: KubeConfig): Promise<string[]> {
  return (await list(config, "/api/v1/namespaces", "namespaces")).map(({ metadata }) => metadata.name);
}

async function list(config: KubeConfig, path: string, what: string): Promise<Pick<Head, "metadata">[]> {
  const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  try {
    const { items } = (await callApi(config, { method: "GET", path, accept })) as { items: Head[] | null };
    return items ?? [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fix = "get the right to list them";
    throw new ClusterError(`${what} can't be listed: ${error.message}`, fix, { cause: error });
  }
}
