import { beforeEach, inject } from "vitest";
import type { Cluster } from "./setup.ts";

/**
 * The cluster for the tests of this file; each is skipped with the reason where there is none, and fails where there
 * should be one.
 */
export function onCluster(): Extract<Cluster, { programs: string }> {
  const cluster = inject("cluster");
  beforeEach(({ skip }) => {
    if ("programs" in cluster) return;
    if (cluster.failed) throw new Error(cluster.missing);
    skip(cluster.missing);
  });
  return "programs" in cluster ? cluster : { kubeconfig: "", programs: "" };
}
