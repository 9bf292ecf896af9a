import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../../cluster/access.ts";
import type { Programs } from "./stacks.ts";

/** Seconds that the engine took; undefined for a step that was stopped at the limit, and for those after it. */
export interface EngineTimes {
  /** `up` of the gateway without a host, its pod's start included. */
  readonly gateway: number | undefined;
  /** A preview of the `up` that follows. */
  readonly change: number | undefined;
  /** `up` of all hosts, behind the gateway that runs. */
  readonly hosts: number | undefined;
  /** A preview with nothing to change. */
  readonly preview: number | undefined;
}

/** What {@link engineTimes} takes. */
interface EngineArgs {
  readonly command: PulumiCommand;
  readonly access: ClusterAccess;
  readonly programs: Programs;
  /** Seconds for each step. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * `pulumi up` of a gateway without a host, a preview and `up` of its hosts, and a preview after that, in a stack whose
 * state ends with it. The objects stay: the caller takes their namespaces away, which is quicker than destroying them
 * one by one.
 */
export async function engineTimes(args: EngineArgs): Promise<EngineTimes> {
  const { command, access, programs, limit, signal } = args;
  const folder = await mkdtemp(join(tmpdir(), "sallyport-bench-stack-"));
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "bench", projectName: "sallyport-bench", program: programs.gateway },
      {
        pulumiCommand: command,
        workDir: folder,
        envVars: {
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "of a bench",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    for (const [key, value] of Object.entries(access)) await stack.setConfig(`kubernetes:${key}`, { value });
    const { gateway, hosts } = programs;
    const quiet = { suppressProgress: true };
    const steps: readonly (readonly [keyof EngineTimes, (signal: AbortSignal) => Promise<unknown>])[] = [
      ["gateway", (signal) => stack.up({ ...quiet, program: gateway, signal })],
      ["change", (signal) => stack.preview({ ...quiet, program: hosts, signal })],
      ["hosts", (signal) => stack.up({ ...quiet, program: hosts, signal })],
      ["preview", (signal) => stack.preview({ ...quiet, program: hosts, signal })],
    ];
    const times: Record<keyof EngineTimes, number | undefined> = {
      gateway: undefined,
      change: undefined,
      hosts: undefined,
      preview: undefined,
    };
    for (const [name, step] of steps) {
      times[name] = await secondsWithin(limit, signal, step);
      if (times[name] === undefined) break;
    }
    return times;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Undefined where it was stopped at the limit. @throws what the step throws, and at the signal */
async function secondsWithin(
  limit: number,
  signal: AbortSignal,
  step: (signal: AbortSignal) => Promise<unknown>,
): Promise<number | undefined> {
  const late = AbortSignal.timeout(limit * 1000);
  const begin = performance.now();
  try {
    await step(AbortSignal.any([signal, late]));
    return (performance.now() - begin) / 1000;
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    return undefined;
  }
}
