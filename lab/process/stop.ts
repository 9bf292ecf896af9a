import { LabError } from "../errors.ts";
import { startTimeOf } from "./identity.ts";

interface Target {
  readonly pid: number;
  readonly startTime: string;
}

/** Pins pids to the processes that they are now, so that a later signal cannot hit a successor. */
export async function identify(pids: Iterable<number>): Promise<Target[]> {
  const targets: Target[] = [];
  for (const pid of pids) {
    const startTime = await startTimeOf(pid);
    if (startTime !== undefined && pid !== process.pid) targets.push({ pid, startTime });
  }
  return targets;
}

/** Asks processes to end and, after `grace` milliseconds, makes them. Those that ended already are fine. */
export async function stopProcesses(targets: readonly Target[], grace = 3_000): Promise<void> {
  let left = await signalAll(targets, "SIGTERM");
  const end = Date.now() + grace;
  while (left.length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = await stillAlive(left);
  }
  left = await signalAll(left, "SIGKILL");
  const last = Date.now() + 10_000;
  while (left.length > 0) {
    if (Date.now() > last) {
      throw new LabError(
        "processes do not end",
        `pids ${left.map((target) => target.pid).join(", ")} live on after SIGKILL`,
        "wait a little (they may hang on a disk), then run `sallyport lab down` again",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = await stillAlive(left);
  }
}

async function stillAlive(targets: readonly Target[]): Promise<Target[]> {
  const alive: Target[] = [];
  for (const target of targets) if ((await startTimeOf(target.pid)) === target.startTime) alive.push(target);
  return alive;
}

async function signalAll(targets: readonly Target[], signal: NodeJS.Signals): Promise<Target[]> {
  const alive = await stillAlive(targets);
  for (const target of alive) {
    try {
      process.kill(target.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  return alive;
}
