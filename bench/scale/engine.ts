import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ComponentResource } from "@pulumi/pulumi";
import {
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../../cluster/access.ts";
import { registerObjects } from "../../components/register.ts";
import type { PlannedObject } from "../../plan/manifest.ts";

/** Seconds that the engine took; undefined where it was stopped at the limit. */
export interface EngineTimes {
  /** Of the gateway without a host, its start included. */
  readonly first: number | undefined;
  /** Of all hosts, behind a gateway that runs. */
  readonly up: number | undefined;
  /** A preview with nothing to change. */
  readonly preview: number | undefined;
}

/** What {@link engineTimes} takes. */
interface EngineArgs {
  readonly command: PulumiCommand;
  readonly access: ClusterAccess;
  /** What there is without any host. */
  readonly base: readonly PlannedObject[];
  readonly objects: readonly PlannedObject[];
  /** Seconds. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * `pulumi up` of a gateway without a host, of its hosts, and a preview after it, in a stack whose state ends with it.
 * The objects stay: the caller takes their namespaces away, which is quicker than destroying them one by one.
 */
export async function engineTimes(args: EngineArgs): Promise<EngineTimes> {
  const { command, access, base, objects, limit, signal } = args;
  const folder = await mkdtemp(join(tmpdir(), "sallyport-bench-stack-"));
  const program = (some: readonly PlannedObject[]) => async () => {
    registerObjects(some, "bench", new ComponentResource("bench:index:Objects", "bench"));
  };
  const late = AbortSignal.timeout(limit * 1000);
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "bench", projectName: "sallyport-bench", program: program(base) },
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
    return await timesOf(stack, program(objects), AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    return { first: undefined, up: undefined, preview: undefined };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param withHosts the stack's program from the second `up` on */
async function timesOf(stack: Stack, withHosts: PulumiFn, signal: AbortSignal): Promise<EngineTimes> {
  const quiet = { signal, suppressProgress: true };
  const timed = async (run: () => Promise<unknown>) => {
    const begin = performance.now();
    await run();
    return (performance.now() - begin) / 1000;
  };
  const first = await timed(() => stack.up(quiet));
  const up = await timed(() => stack.up({ ...quiet, program: withHosts }));
  return { first, up, preview: await timed(() => stack.preview({ ...quiet, program: withHosts })) };
}
