import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { LabError } from "../errors.ts";
import { stateDirectory, stateFile } from "../paths.ts";
import { isGone, type ProcessRecord } from "../process/identity.ts";

export type FirewallMode = "open" | "gateway-nodes";

/** What the lab knows about itself between two commands. */
export interface LabState {
  readonly version: 1;
  readonly phase: "starting" | "ready";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly readyAt?: string;
  /** Folder with the programs that the lab runs, kubectl among them. */
  readonly bin: string;
  readonly processes: readonly ProcessRecord[];
  /** Folders that the machine did not have and the lab made outside its own. */
  readonly createdFolders: readonly string[];
}

/** Reads the state; undefined when there is no lab. Throws LabError when the file is damaged. */
export async function readState(): Promise<LabState | undefined> {
  let text: string;
  try {
    text = await readFile(stateFile, "utf8");
  } catch (error) {
    if (isGone(error)) return undefined;
    if ((error as NodeJS.ErrnoException).code === "EACCES") {
      throw new LabError("the lab's state cannot be read", `${stateFile} is root's`, "run it as root (sudo)");
    }
    throw error;
  }
  try {
    return JSON.parse(text) as LabState;
  } catch (error) {
    throw new LabError(
      "the lab's state cannot be read",
      `${stateFile} is not JSON`,
      "run `sallyport lab down`",
      {
        cause: error,
      },
    );
  }
}

/** Replaces the state in one move, so that a kill at any moment leaves the old or the new one. */
export async function writeState(state: LabState): Promise<void> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await writeFile(`${stateFile}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${stateFile}.new`, stateFile);
}

let queue: Promise<void> = Promise.resolve();

/** Changes the state; changes of steps that run at the same time wait for each other. */
export function updateState(change: (state: LabState) => LabState): Promise<void> {
  const next = queue.then(async () => {
    const state = await readState();
    if (!state) throw new LabError("no lab", "there is no state file", "run `sallyport lab up`");
    await writeState(change(state));
  });
  queue = next.catch(() => undefined);
  return next;
}

export function recordProcess(record: ProcessRecord): Promise<void> {
  return updateState((state) => ({
    ...state,
    processes: [...state.processes.filter((other) => other.name !== record.name), record],
  }));
}
