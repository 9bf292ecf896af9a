import { join } from "node:path";
import { beforeEach, inject } from "vitest";
import type { Cluster } from "./setup.ts";

const NEEDS = {
  cluster: { labs: ["ours", "running", "none"], missing: "" },
  lab: { labs: ["ours", "running"], missing: "this cluster is not the lab" },
  "lab of its own": {
    labs: ["ours"],
    missing: "the lab ran before the tests, and what is deployed there would be lost",
  },
} as const;

/**
 * The cluster for the tests of this file, undefined where there is none that will do: each test is then skipped with
 * the reason, or fails where there should be one.
 */
export function onCluster(needs: keyof typeof NEEDS = "cluster"): Cluster | undefined {
  const cluster = inject("cluster");
  const labs: readonly string[] = NEEDS[needs].labs;
  const fits = "access" in cluster && labs.includes(cluster.lab);
  beforeEach(({ skip }) => {
    if ("missing" in cluster && cluster.failed) throw new Error(cluster.missing);
    skip(!fits, "missing" in cluster ? cluster.missing : NEEDS[needs].missing);
  });
  return fits ? cluster : undefined;
}

/** A program of the cluster's own version: the lab's, or the one on PATH. */
export function programOf(cluster: Cluster | undefined, name: "kubectl" | "istioctl"): string {
  return cluster?.programs === undefined ? name : join(cluster.programs, name);
}
