import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, type Options } from "execa";
import type { Declared } from "./grants.ts";
import { ENVIRONMENT, environmentFile } from "./world.ts";

/** Runs the `sallyport` command as a process of its own, as a user does. */
export interface Sallyport {
  /**
   * Puts a declaration in force.
   *
   * @returns seconds that its gates took
   * @throws with what the command said if it fails
   */
  apply(declared: Declared): Promise<number>;
  /** The same, but it is killed (SIGKILL) so long after its start. */
  applyKilled(declared: Declared, milliseconds: number): Promise<KilledApply>;
}

interface KilledApply {
  /** Before it would have been killed. */
  readonly isDone: boolean;
  /** Of the gates that were open by then. */
  readonly gateSeconds: number;
}

const PROGRAM = join(import.meta.dirname, "..", "cli", "main.ts");

/** Where and how to run it. */
interface SallyportOptions {
  readonly kubeconfig: string;
  /** A folder for the environment's file. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Told each line that the command says on the way. */
  readonly say: (line: string) => void;
}

/** The command on the lab's cluster. */
export function sallyport({ kubeconfig, folder, signal, say }: SallyportOptions): Sallyport {
  const file = join(folder, "chaos.yaml");
  const run = async (declared: Declared, limit: Pick<Options, "timeout" | "killSignal"> = {}) => {
    await writeFile(file, environmentFile(declared === "nothing" ? [] : declared));
    const command = declared === "nothing" ? ["delete", "--yes-delete", ENVIRONMENT] : ["apply"];
    const running = execa(
      process.execPath,
      [PROGRAM, ...command, file, "--context", "sallyport-lab", "--kubeconfig", kubeconfig],
      { reject: false, cancelSignal: signal, stdin: "ignore", ...limit },
    );
    for await (const line of running.iterable({ from: "stderr" })) say(line);
    const result = await running;
    signal.throwIfAborted();
    const { exitCode, timedOut, stdout, stderr } = result;
    if (exitCode !== 0 && !timedOut) throw new Error(`sallyport gave ${exitCode}: ${stderr}`);
    return { isDone: !timedOut, gateSeconds: gateSeconds(stdout, stderr) };
  };
  return {
    async apply(declared) {
      return (await run(declared)).gateSeconds;
    },
    applyKilled: (declared, milliseconds) => run(declared, { timeout: milliseconds, killSignal: "SIGKILL" }),
  };
}

/** The sum of what the command said after each stage. @throws if it says it in other words */
function gateSeconds(stdout: string, stderr: string): number {
  const told = [...stderr.matchAll(/in force after ([\d.]+) s/g)].map(([, seconds]) => Number(seconds));
  if (told.length === 0 && stdout.includes("in force"))
    throw new Error(`sallyport does not say what its gates took: ${stderr}`);
  return told.reduce((sum, seconds) => sum + seconds, 0);
}
