import type { ClusterAccess } from "../../cluster/access.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { applyObjects, removeObjects } from "../../rollout/apply.ts";
import type { Deployment } from "./deployment.ts";

/** Without the engine: what `sallyport render` prints, written by server-side apply in the same order. */
export function serverSideDeployment(access: ClusterAccess): Deployment {
  let deployed: readonly PlannedObject[] = [];
  return {
    by: "server-side apply of what `sallyport render` prints, in rollout order",
    async put(environment) {
      const objects = planEnvironment(environment);
      const before = deployed;
      // Known before it is there: what fails or is stopped halfway is removed in whole.
      deployed = [...objects, ...before];
      await applyObjects(access, objects, before);
      deployed = objects;
    },
    async remove() {
      await removeObjects(access, deployed);
      deployed = [];
    },
  };
}
