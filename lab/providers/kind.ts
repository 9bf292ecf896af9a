import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { nodes } from "../addresses.ts";
import { makeCacheFolder } from "../cache-folder.ts";
import { LabError } from "../errors.ts";
import { cacheDirectory, labName } from "../paths.ts";
import { runCommand, tryCommand } from "../process/command.ts";
import type { Step } from "../steps.ts";

/** Access to the kind cluster. */
export const kindKubeconfig = join(cacheDirectory, "kind", "kubeconfig");

/**
 * A cluster of kind's with the lab's nodes and labels, where a Docker engine runs. kind enforces NetworkPolicy by
 * itself; it has neither the lab's internet nor its firewall, so what needs those is for the local provider.
 */
export function kindSteps(): Step[] {
  return [
    { title: "Look for kind, a Docker engine and istioctl", run: () => refuseWithoutKind() },
    {
      title: "Create the kind cluster",
      skip: async () => ((await kindClusterExists()) ? "it is there" : false),
      run: async (_, signal) => {
        await makeCacheFolder(dirname(kindKubeconfig));
        await runCommand(
          "kind",
          [
            "create",
            "cluster",
            "--name",
            labName,
            "--config=-",
            "--kubeconfig",
            kindKubeconfig,
            "--wait=120s",
          ],
          { input: kindConfiguration(), timeout: 600_000, signal },
        );
      },
    },
    {
      title: "Istio",
      run: async (_, signal) => {
        const args = [
          "install",
          "--skip-confirmation",
          "--kubeconfig",
          kindKubeconfig,
          "--set",
          "profile=minimal",
        ];
        await runCommand("istioctl", args, { timeout: 300_000, signal });
      },
    },
  ];
}

/** Deletes the kind cluster, if it is there. */
export async function deleteKindCluster(): Promise<void> {
  await runCommand("kind", ["delete", "cluster", "--name", labName, "--kubeconfig", kindKubeconfig], {
    timeout: 120_000,
  });
  await rm(dirname(kindKubeconfig), { recursive: true, force: true });
}

/** kind's configuration: a control plane, and one worker for each of the lab's nodes, in the same pools. */
export function kindConfiguration(): string {
  return stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    nodes: [
      { role: "control-plane" },
      ...nodes.map((node) => ({ role: "worker", labels: { "lab.sallyport.dev/pool": node.pool } })),
    ],
  });
}

async function kindClusterExists(): Promise<boolean> {
  const result = await tryCommand("kind", ["get", "clusters"]);
  return result.stdout.split("\n").includes(labName);
}

async function refuseWithoutKind(): Promise<void> {
  const needed = [
    ["kind", ["version"], "install kind (kind.sigs.k8s.io)"],
    ["docker", ["info"], "start a Docker engine"],
    ["istioctl", ["version", "--remote=false"], "install istioctl (istio.io)"],
  ] as const;
  for (const [command, args, fix] of needed) {
    const result = await tryCommand(command, args).catch((error: unknown) => {
      if (error instanceof LabError) return { exitCode: 1, stderr: error.message };
      throw error;
    });
    if (result.exitCode !== 0) {
      const why = `\`${command} ${args.join(" ")}\` failed: ${result.stderr.trim().slice(0, 500)}`;
      throw new LabError(
        "the kind provider cannot run here",
        why,
        `${fix}; or use --provider local, or --context NAME`,
      );
    }
  }
}
