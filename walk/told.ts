import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MILLISECONDS = 500;

/** Asks for what a gateway tells of calls, some time after them, until it is there; undefined where it does not come. */
export async function told<Told>(
  ask: () => Promise<Told | undefined>,
  limitMilliseconds: number,
): Promise<Told | undefined> {
  const end = Date.now() + limitMilliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() > end) return answer;
    await pause(PAUSE_MILLISECONDS);
  }
}

/** The lines of a log that are JSON objects: a gateway's own, without what its agent writes. */
export function jsonLines<Line>(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}
