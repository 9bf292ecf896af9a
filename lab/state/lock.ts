import { readFile, rm, writeFile } from "node:fs/promises";
import { LabError } from "../errors.ts";
import { lockFile } from "../paths.ts";
import { isAlive, isGone, startTimeOf } from "../process/identity.ts";

interface Holder {
  readonly pid: number;
  readonly startTime: string;
  readonly doing: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Runs `work` while no other process starts or stops a lab on this machine. Throws LabError with what the other one
 * is doing. A lock whose holder was killed counts for nothing.
 */
export async function withLock<T>(doing: string, work: () => Promise<T>): Promise<T> {
  const startTime = (await startTimeOf(process.pid)) ?? "";
  const mine: Holder = { pid: process.pid, startTime, doing, since: new Date().toISOString() };
  await takeLock(mine);
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

/** Who holds the lock now, if anybody. */
export async function lockHolder(): Promise<Holder | undefined> {
  let holder: Holder;
  try {
    holder = JSON.parse(await readFile(lockFile, "utf8")) as Holder;
  } catch (error) {
    // A damaged lock was cut off by a kill: nobody holds it.
    if (isGone(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return (await isAlive(holder)) ? holder : undefined;
}

async function takeLock(mine: Holder): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lockFile, JSON.stringify(mine), { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await lockHolder();
    if (holder) {
      throw new LabError(
        "another process works on the lab",
        `pid ${holder.pid} has been doing \`lab ${holder.doing}\` since ${holder.since}`,
        "wait until it has ended, or end it; `sallyport lab status` shows where it is",
      );
    }
    await rm(lockFile, { force: true });
  }
  throw new LabError("the lab's lock is contended", `${lockFile} was taken again and again`, "try again");
}
