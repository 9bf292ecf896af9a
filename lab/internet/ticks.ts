import { setTimeout } from "node:timers/promises";

/** Counts from 1 to `count`, one number a second, the first at once; ends a second after the last. */
export async function* ticks(count: number): AsyncGenerator<number> {
  for (let tick = 1; tick <= count; tick += 1) {
    yield tick;
    await setTimeout(1_000);
  }
}
