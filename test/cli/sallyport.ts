import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** What a run of the command left: its exit code and what it printed. */
export interface Run {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly uid?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs the command in a process of its own, as a shell would. */
export function sallyport(args: readonly string[], options: Options = {}): Run {
  return node([resolve("cli/main.ts"), ...args], options);
}

/** Runs node in a process of its own. */
export function node(args: readonly string[], options: Options = {}): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    ...options,
  });
  return { exit: status, stdout, stderr };
}

export const GATEWAY = "environment: dev\ngateways:\n  - { name: egress, namespace: egress }\n";
