import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { lockFile, lockName } from "../paths.ts";
import { isAlive, isGone, startTimeOf } from "../process/identity.ts";

const holder = z.object({
  pid: z.int(),
  startTime: z.string(),
  /** The walk needs a lab that stays as it is; the others change it. */
  doing: z.enum(["up", "down", "walk"]),
  /** ISO 8601. */
  since: z.string(),
});

type Holder = z.infer<typeof holder>;

const commands: Readonly<Record<Holder["doing"], string>> = {
  up: "lab up",
  down: "lab down",
  walk: "npm start",
};

/** Who works on the lab, in words. */
export function describeHolder({ pid, doing, since }: Holder): string {
  return `pid ${pid} runs \`${commands[doing]}\` since ${since}`;
}

/**
 * Runs `work` while no other process starts, stops or walks a lab on this machine. Throws LabError with what the
 * other one is doing.
 */
export async function withLock<T>(doing: Holder["doing"], work: () => Promise<T>): Promise<T> {
  const lock = await takeLock();
  try {
    const startTime = (await startTimeOf(process.pid)) ?? "";
    const mine: Holder = { pid: process.pid, startTime, doing, since: new Date().toISOString() };
    await writeFile(lockFile, JSON.stringify(mine));
    return await work();
  } finally {
    await rm(lockFile, { force: true });
    await new Promise((resolve) => lock.close(resolve));
  }
}

/** Who works on the lab now, if anybody. */
export async function lockHolder(): Promise<Holder | undefined> {
  let written: unknown;
  try {
    written = JSON.parse(await readFile(lockFile, "utf8"));
  } catch (error) {
    // A damaged file was cut off by a kill: nobody holds the lock.
    if (isGone(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { data } = holder.safeParse(written);
  return data !== undefined && (await isAlive(data)) ? data : undefined;
}

async function takeLock(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(lockName, resolve);
    });
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    const holder = await lockHolder();
    throw new LabError(
      "another process works on the lab",
      holder ? describeHolder(holder) : "it has only just begun",
      "wait until it has ended, or end it; `sallyport lab status` shows where it is",
      { cause: error },
    );
  }
}
