import { join } from "node:path";
import { kubeconfigFile } from "../paths.ts";
import { type CommandOptions, runCommand } from "../process/command.ts";

/** A Kubernetes object as the API server takes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** Runs kubectl as the lab's administrator and gives what it prints. */
export function kubectl(bin: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return runCommand(join(bin, "kubectl"), [`--kubeconfig=${kubeconfigFile}`, ...args], {
    timeout: 60_000,
    ...options,
  });
}

/** Applies manifests on the server's side. */
export async function applyManifests(
  bin: string,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests });
  await kubectl(bin, ["apply", "--server-side", "--field-manager=sallyport-lab", "--filename=-"], {
    input,
    signal,
  });
}

/** Waits until a Deployment has all its pods; `limit` in seconds. */
export async function waitForDeployment(
  bin: string,
  name: string,
  namespace: string,
  limit: number,
  signal: AbortSignal,
) {
  const args = ["rollout", "status", `deployment/${name}`, `--namespace=${namespace}`, `--timeout=${limit}s`];
  await kubectl(bin, args, { timeout: (limit + 5) * 1000, signal });
}
