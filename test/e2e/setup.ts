import type { TestProject } from "vitest/node";
import type { ClusterAccess } from "../../cluster/access.ts";
import { LabError } from "../../lab/errors.ts";
import { labDown, labUp } from "../../lab/lab.ts";

/** The cluster of the end-to-end tests. */
export interface Cluster {
  readonly access: ClusterAccess;
  /** The folder with kubectl and istioctl; PATH's where left out. */
  readonly programs?: string;
  /** `ours` was started for these tests, `running` was there before, and `none` is somebody else's cluster. */
  readonly lab: "ours" | "running" | "none";
}

/** Why there is no cluster, and whether that is a failure. */
interface NoCluster {
  readonly missing: string;
  readonly failed: boolean;
}

declare module "vitest" {
  interface ProvidedContext {
    cluster: Cluster | NoCluster;
  }
}

/**
 * Starts the lab once for all end-to-end tests, or takes the one that runs; ends it if it was started here. With
 * SALLYPORT_TEST_CONTEXT they run on the cluster of that context of the user's kubeconfig.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const context = process.env.SALLYPORT_TEST_CONTEXT;
  try {
    const signal = new AbortController().signal;
    if (context !== undefined) {
      await labUp({ signal, context });
      project.provide("cluster", { access: { context }, lab: "none" });
      return undefined;
    }
    const { kubeconfig = "", programs, alreadyRunning } = await labUp({ signal });
    project.provide("cluster", {
      access: { kubeconfig },
      ...(programs === undefined ? {} : { programs }),
      lab: alreadyRunning ? "running" : "ours",
    });
    return alreadyRunning ? undefined : labDown;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const missing = `${error.message}; ${error.fix}`;
    // In CI a machine that could have a lab has to have one, and whoever names a cluster means it.
    const able = process.platform === "linux" && process.getuid?.() === 0;
    const failed = context !== undefined || (process.env.CI === "true" && able);
    process.stderr.write(`end-to-end tests ${failed ? "fail" : "are skipped"}: ${missing}\n`);
    project.provide("cluster", { missing, failed });
    return undefined;
  }
}
