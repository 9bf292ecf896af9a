import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MILLISECONDS = 500;

/** Asks for something that comes some time later, until it is there; undefined where it does not come. */
export async function poll<Found>(
  ask: () => Promise<Found | undefined>,
  limitMilliseconds: number,
): Promise<Found | undefined> {
  const end = performance.now() + limitMilliseconds;
  for (;;) {
    const found = await ask();
    if (found !== undefined || performance.now() > end) return found;
    await pause(PAUSE_MILLISECONDS);
  }
}
