import type { TestProject } from "vitest/node";
import { LabError } from "../../lab/errors.ts";
import { labDown, labUp } from "../../lab/lab.ts";

/** The cluster of the end-to-end tests, or why there is none. */
export type Cluster =
  | { readonly kubeconfig: string; readonly programs: string }
  | { readonly kubeconfig?: never; readonly missing: string; readonly failed: boolean };

declare module "vitest" {
  interface ProvidedContext {
    cluster: Cluster;
  }
}

/** Starts the lab once for all end-to-end tests, or takes the one that runs; ends it if it was started here. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const {
      kubeconfig = "",
      programs = "",
      alreadyRunning,
    } = await labUp({
      signal: new AbortController().signal,
    });
    project.provide("cluster", { kubeconfig, programs });
    return alreadyRunning ? undefined : labDown;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const missing = `${error.message}; ${error.fix}`;
    // In CI a machine that could have a lab has to have one.
    const failed = process.env.CI === "true" && process.platform === "linux" && process.getuid?.() === 0;
    process.stderr.write(`end-to-end tests ${failed ? "fail" : "are skipped"}: ${missing}\n`);
    project.provide("cluster", { missing, failed });
    return undefined;
  }
}
