import { execa } from "execa";
import { LabError } from "../errors.ts";

export interface CommandOptions {
  /** Network namespace to run in; this machine's own by default. */
  readonly namespace?: string;
  /** Milliseconds; 30,000 by default. Every command has a limit. */
  readonly timeout?: number;
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: Record<string, string>;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short command to its end, whatever its exit code. Throws LabError when it cannot run or is too slow. */
export async function tryCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const timeout = options.timeout ?? 30_000;
  const [file, all] = options.namespace
    ? ["nsenter", [`--net=/run/netns/${options.namespace}`, "--", command, ...args]]
    : [command, [...args]];
  const result = await execa(file, all, {
    reject: false,
    timeout,
    env: options.environment ?? {},
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  if (result.isCanceled) options.signal?.throwIfAborted();
  if (result.timedOut) {
    throw new LabError(
      `${command} did not end`,
      `it ran longer than ${timeout / 1000} s: ${[command, ...args].join(" ")}`,
      "look at the logs that `sallyport lab status` names, then `sallyport lab down` and try again",
    );
  }
  if (result.exitCode === undefined && result.code === "ENOENT") {
    throw new LabError(`${command} is missing`, `${file} was not found on PATH`, "install it and try again");
  }
  return {
    exitCode: result.exitCode ?? 1,
    stdout: result.stdout,
    stderr: result.stderr || (result.exitCode === undefined ? (result.shortMessage ?? "") : ""),
  };
}

/** Runs a short command and gives its standard output. Throws LabError with the command's own words when it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(command, args, options);
  if (result.exitCode !== 0) {
    throw new LabError(
      `${[command, ...args].join(" ").slice(0, 200)} failed`,
      `exit code ${result.exitCode}: ${(result.stderr || result.stdout).trim().slice(-2000)}`,
      "mend what the message says, then run `sallyport lab up` again",
    );
  }
  return result.stdout;
}
