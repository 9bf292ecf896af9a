import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../cluster/access.ts";
import { connect } from "../cluster/client.ts";
import { IDENTITY_KEY, identityOf, requireCluster } from "../cluster/identity.ts";

/**
 * Looks that a stack's context leads to the cluster that the stack belongs to.
 *
 * @param record whether a stack that belongs to none takes this one; the stack's file then says so
 * @throws ClusterError if it is another cluster, or does not answer
 */
export async function guardCluster(stack: Stack, record: boolean): Promise<void> {
  const recorded = (await stack.getAllConfig())[IDENTITY_KEY]?.value;
  const access = await accessOf(stack);
  if (recorded !== undefined) await requireCluster(access, stack.name, recorded);
  else if (record) await stack.setConfig(IDENTITY_KEY, { value: await identityOf(connect(access)) });
}

/** A stack of which nothing is left may have another cluster. */
export async function releaseCluster(stack: Stack): Promise<void> {
  await stack.removeConfig(IDENTITY_KEY);
}

/** How a stack's cluster is reached: as its program's provider does. */
export async function accessOf(stack: Stack): Promise<ClusterAccess> {
  const config = await stack.getAllConfig();
  const kubeconfig = config["kubernetes:kubeconfig"]?.value;
  const context = config["kubernetes:context"]?.value;
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
}
