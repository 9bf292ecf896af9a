import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ComponentResource } from "@pulumi/pulumi";
import { LocalWorkspace, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../../cluster/access.ts";
import { registerObjects } from "../../components/register.ts";
import type { PlannedObject } from "../../plan/manifest.ts";

/** Seconds that the engine took; undefined where it was stopped at the limit. */
export interface EngineTimes {
  readonly up: number | undefined;
  /** A preview with nothing to change. */
  readonly preview: number | undefined;
}

/** What {@link engineTimes} takes. */
interface EngineArgs {
  readonly command: PulumiCommand;
  readonly access: ClusterAccess;
  readonly objects: readonly PlannedObject[];
  /** Seconds. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * `pulumi up` of planned objects and a preview after it, in a stack whose state ends with it. The objects stay: the
 * caller takes their namespaces away, which is quicker than destroying them one by one.
 */
export async function engineTimes(args: EngineArgs): Promise<EngineTimes> {
  const { command, access, objects, limit, signal } = args;
  const folder = await mkdtemp(join(tmpdir(), "sallyport-bench-stack-"));
  const program = async () => {
    registerObjects(objects, "bench", new ComponentResource("bench:index:Objects", "bench"));
  };
  const late = AbortSignal.timeout(limit * 1000);
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "bench", projectName: "sallyport-bench", program },
      {
        pulumiCommand: command,
        envVars: {
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "of a bench",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    for (const [key, value] of Object.entries(access)) await stack.setConfig(`kubernetes:${key}`, { value });
    return await timesOf(stack, AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    return { up: undefined, preview: undefined };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timesOf(stack: Stack, signal: AbortSignal): Promise<EngineTimes> {
  const begin = performance.now();
  await stack.up({ signal, suppressProgress: true });
  const up = performance.now();
  await stack.preview({ signal, suppressProgress: true });
  return { up: (up - begin) / 1000, preview: (performance.now() - up) / 1000 };
}
