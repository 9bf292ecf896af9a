import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { stateDirectory, stateFile } from "../paths.ts";
import { isGone, type ProcessRecord } from "../process/identity.ts";

export type FirewallMode = "open" | "gateway-nodes";

const processRecord = z.object({
  name: z.string(),
  pid: z.int(),
  startTime: z.string(),
  command: z.string(),
  log: z.string(),
}) satisfies z.ZodType<ProcessRecord>;

const labState = z.object({
  version: z.literal(1),
  phase: z.enum(["starting", "ready"]),
  /** ISO 8601. */
  startedAt: z.string(),
  readyAt: z.string().optional(),
  /** Folder with the programs that the lab runs, kubectl among them. */
  bin: z.string(),
  processes: z.array(processRecord),
  /** Folders that the machine did not have and the lab makes outside its own. */
  createdFolders: z.array(z.string()),
  /** The machine's own settings, which the lab's removal puts back. */
  kernelSettings: z.record(z.string(), z.string()).default({}),
});

/** What the lab knows about itself between two commands. */
export type LabState = Readonly<z.infer<typeof labState>>;

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
  return parseState(text);
}

/** Reads a state file's text. Throws LabError when it is not one. */
export function parseState(text: string): LabState {
  const refuse = (why: string, cause: unknown): never => {
    throw new LabError(
      "the lab's state cannot be read",
      `${stateFile} ${why}`,
      "run `sallyport lab down`, which removes a lab without it too, then `sallyport lab up`",
      { cause },
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return refuse("is not JSON", error);
  }
  const { data, error } = labState.safeParse(json);
  return data ?? refuse("is not what a lab writes", error);
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
