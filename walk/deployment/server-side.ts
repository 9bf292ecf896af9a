import type { ClusterAccess } from "../../cluster/access.ts";
import type { Environment } from "../../model/environment.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { planRollout, runRollout, waitForObjects } from "../../rollout/apply.ts";
import type { Deployment } from "./deployment.ts";

/** Each stage of a walk has so long to be in force. */
const LIMIT_SECONDS = 120;

/** Without the engine: what `sallyport render` prints, as `sallyport apply` writes it. */
export function serverSideDeployment(access: ClusterAccess): Deployment {
  let deployed: Environment | undefined;
  const options = ({ mesh }: Environment) => ({
    istiodNamespace: mesh.namespace,
    limitSeconds: LIMIT_SECONDS,
  });
  return {
    by: "server-side apply of what `sallyport render` prints, in rollout order",
    async put(environment) {
      deployed = environment;
      const objects = planEnvironment(environment);
      await runRollout(access, await planRollout(access, environment.name, objects), options(environment));
      // What is new does not hold for connections of before, which are still there where nothing was taken away.
      await waitForObjects(access, objects, options(environment));
    },
    async remove() {
      if (deployed === undefined) return;
      await runRollout(access, await planRollout(access, deployed.name, []), options(deployed));
      deployed = undefined;
    },
  };
}
