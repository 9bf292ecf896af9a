import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "./access.ts";
import { ApiError, callApi } from "./api.ts";
import { ClusterError, connect } from "./client.ts";

/** Where Pulumi.<stack>.yaml has the identity of the stack's cluster. */
export const IDENTITY_KEY = "sallyport:cluster";

/**
 * What tells a cluster from every other, whatever its address and its contexts are called: the uid of its namespace
 * kube-system, which is made with the cluster and goes with it.
 *
 * @throws ClusterError if it can't be read
 */
export async function identityOf(config: KubeConfig): Promise<string> {
  try {
    const namespace = await callApi(config, { method: "GET", path: "/api/v1/namespaces/kube-system" });
    return (namespace as { metadata: { uid: string } }).metadata.uid;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ClusterError(
      `the cluster's identity can't be read: ${error.message}`,
      "get the right to get the namespace kube-system",
      { cause: error },
    );
  }
}

/**
 * Looks that this is the cluster that a stack belongs to.
 *
 * @param recorded the identity of the stack's cluster
 * @throws ClusterError if this is another
 */
export async function requireCluster(access: ClusterAccess, stack: string, recorded: string): Promise<void> {
  const config = connect(access);
  const identity = await identityOf(config);
  if (identity === recorded) return;
  throw new ClusterError(
    `the stack ${stack} belongs to another cluster (${recorded}) than that of context ${config.getCurrentContext()} (${identity})`,
    "choose the stack's own cluster, by kubernetes:context or --context; " +
      `if that is no more, take ${IDENTITY_KEY} out of Pulumi.${stack}.yaml`,
  );
}
