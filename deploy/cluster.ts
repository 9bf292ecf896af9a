import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../cluster/access.ts";
import { connect } from "../cluster/client.ts";
import { identityOf, requireCluster } from "../cluster/identity.ts";

/** Where Pulumi.<stack>.yaml has the identity of the stack's cluster; infra/ looks there too. */
const RECORD = "sallyport:cluster";

/**
 * Looks that a stack's context leads to the cluster that the stack belongs to.
 *
 * @param record whether a stack that belongs to none takes this one; the stack's file then says so
 * @throws ClusterError if it is another cluster, or does not answer
 */
export async function guardCluster(stack: Stack, record: boolean): Promise<void> {
  const recorded = (await stack.getAllConfig())[RECORD]?.value;
  const access = await accessOf(stack);
  if (recorded !== undefined) await requireCluster(access, stack.name, recorded);
  else if (record) await stack.setConfig(RECORD, { value: await identityOf(connect(access)) });
}

/** A stack of which nothing is left may have another cluster. */
export async function releaseCluster(stack: Stack): Promise<void> {
  await stack.removeConfig(RECORD);
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
