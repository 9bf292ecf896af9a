import type { Written } from "../cluster/objects.ts";
import { gatewayOf } from "../plan/labels.ts";
import { type Manifest, WAVES } from "../plan/manifest.ts";
import { waveOf } from "../plan/sync-wave.ts";

/** Gates between the waves of a program that writes the objects of a wave in any order, as many at a time as it likes. */
export interface WaveGates {
  /** Tells of an object that was written. */
  note(object: Written): void;
  /** Ends when what was written of the waves before an object's own is in force. @throws what the gate throws */
  before(next: Manifest): Promise<void>;
}

/**
 * One gate for each wave of each gateway: its waves wait for its own objects; lockdown, which no single gateway has,
 * waits for all.
 *
 * @param open ends when these objects are in force
 * @example
 * const gates = waveGates(async (before) => console.log(before.length));
 * gates.note({ manifest: gatewaysRoute, resourceVersion: "12" });
 * await gates.before(sidecarsRoute); // prints 1
 */
export function waveGates(open: (before: readonly Written[]) => Promise<void>): WaveGates {
  const written: Written[] = [];
  const gates = new Map<string, Promise<void>>();
  return {
    note: (object) => void written.push(object),
    before(next) {
      const gateway = gatewayOf(next);
      const key = `${gateway} ${waveOf(next)}`;
      const gate =
        gates.get(key) ??
        open(
          written.filter(
            ({ manifest }) =>
              placeOf(manifest) < placeOf(next) && (gateway === undefined || gatewayOf(manifest) === gateway),
          ),
        );
      gates.set(key, gate);
      return gate;
    },
  };
}

function placeOf(manifest: Manifest): number {
  return WAVES.indexOf(waveOf(manifest));
}
