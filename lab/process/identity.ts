import { readFile } from "node:fs/promises";

/** A process that the lab started. A pid alone can be somebody else's by now; with its start time it cannot. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since the machine started. */
  readonly startTime: string;
  readonly command: string;
  readonly log: string;
}

/** Start time of a process, or undefined when there is none with this pid (a zombie counts as none). */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  // The second field is the command in brackets, which may hold blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

/** Whether this very process still runs. */
export async function isAlive(record: Pick<ProcessRecord, "pid" | "startTime">): Promise<boolean> {
  return (await startTimeOf(record.pid)) === record.startTime;
}

export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH";
}
