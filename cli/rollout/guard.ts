import { dirname, parse, resolve } from "node:path";
import type { ClusterAccess } from "../../cluster/access.ts";
import { findProject } from "../../deploy/project.ts";

/**
 * Looks that a cluster is the one that an environment file's stack belongs to, as `up` does: a project's stack has one
 * cluster, whoever writes to it. A file outside of a project has nowhere to say which.
 *
 * @param record whether a stack that belongs to none takes this one; Pulumi.<stack>.yaml then says so
 * @throws ClusterError if it is another cluster, or does not answer
 */
export async function guardCluster(access: ClusterAccess, file: string, record: boolean): Promise<void> {
  const project = findProject(dirname(resolve(file)));
  if (project === undefined) return;
  const stack = parse(file).name;
  // Loaded when it runs: check and render have no use for a cluster's client, nor for what needs it.
  const [{ connect }, { identityOf, requireCluster }, { recordCluster, recordedCluster }] = await Promise.all(
    [
      import("../../cluster/client.ts"),
      import("../../cluster/identity.ts"),
      import("../../deploy/record.ts"),
    ],
  );
  const recorded = recordedCluster(project, stack);
  if (recorded !== undefined) await requireCluster(access, stack, recorded);
  else if (record) recordCluster(project, stack, await identityOf(connect(access)));
}
