import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { logDirectory } from "../paths.ts";
import { systemCgroups } from "../state/cgroups.ts";
import { recordProcess } from "../state/state.ts";
import { isAlive, type ProcessRecord, startTimeOf } from "./identity.ts";

interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Network namespace to run in. */
  readonly namespace?: string;
  /** Pid whose mount and network namespaces to run in (a node's own); instead of `namespace`. */
  readonly inside?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts a process that outlives us: in its namespaces, in the lab's own cgroup (so that it and all its children
 * can be found again), its output appended to a log of its own; and records it in the state file.
 */
export async function startProcess(spec: ProcessSpec): Promise<ProcessRecord> {
  await mkdir(logDirectory, { recursive: true });
  const log = join(logDirectory, `${spec.name}.log`);
  const output = await open(log, "a");
  try {
    // The shell joins the cgroups before it becomes the process: no moment in which the process is outside.
    const join = (await systemCgroups()).map((folder) => `echo $$ > '${folder}/cgroup.procs' && `).join("");
    const enter = spec.inside
      ? ["nsenter", `--target=${spec.inside}`, "--mount", "--net", "--"]
      : spec.namespace
        ? ["nsenter", `--net=/run/netns/${spec.namespace}`, "--"]
        : [];
    const child = spawn("sh", ["-c", `${join}exec "$@"`, "sh", ...enter, spec.command, ...spec.args], {
      detached: true,
      cwd: "/",
      stdio: ["ignore", output.fd, output.fd],
      env: { PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin", ...spec.environment },
    });
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    const spawned = new Promise<void>((resolve) => child.once("spawn", resolve));
    await Promise.race([spawned, failed]);
    child.unref();
    const pid = child.pid ?? 0;
    const startTime = await startTimeOf(pid);
    if (startTime === undefined) throw await diedAtOnce(spec.name, log);
    const record = { name: spec.name, pid, startTime, command: [spec.command, ...spec.args].join(" "), log };
    await recordProcess(record);
    return record;
  } finally {
    await output.close();
  }
}

/** Waits until `ready` says true. Throws LabError when the process dies or the limit (milliseconds) has passed. */
export async function waitFor(
  what: string,
  ready: () => Promise<boolean>,
  options: { limit: number; process?: ProcessRecord; signal?: AbortSignal | undefined; interval?: number },
): Promise<void> {
  const end = Date.now() + options.limit;
  // On a busy machine a question can outlast its own limit: that is a no.
  const asked = async () =>
    await ready().catch((error: unknown) => {
      if (error instanceof LabError) return false;
      throw error;
    });
  for (;;) {
    options.signal?.throwIfAborted();
    if (await asked()) return;
    if (options.process && !(await isAlive(options.process))) {
      throw await diedAtOnce(options.process.name, options.process.log);
    }
    if (Date.now() > end) {
      const tail = options.process ? `; its last lines:\n${await lastLines(options.process.log)}` : "";
      throw new LabError(
        `${what} did not come up`,
        `not ready after ${options.limit / 1000} s${tail}`,
        `look at the logs in ${logDirectory}; a busy machine may only need another \`sallyport lab up\``,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, options.interval ?? 200));
  }
}

async function diedAtOnce(name: string, log: string): Promise<LabError> {
  return new LabError(
    `${name} ended`,
    `it said:\n${await lastLines(log)}`,
    `read ${log}, mend it, run \`sallyport lab up\` again`,
  );
}

async function lastLines(log: string): Promise<string> {
  return (await readFile(log, "utf8")).trimEnd().split("\n").slice(-8).join("\n");
}
