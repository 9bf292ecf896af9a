import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Way, waysIn } from "../../access/ways.ts";
import { listenerPort } from "../../model/ports.ts";
import { type Manifest, objectKey, type PlannedObject } from "../../plan/manifest.ts";
import { waveOf } from "../../plan/sync-wave.ts";
import { type Stage, stagesBetween } from "../../rollout/stages.ts";
import { environment, planned } from "./environments.ts";

/** The cluster after each single write and removal. */
function* moments(start: readonly PlannedObject[], stages: readonly Stage[]): Generator<Manifest[]> {
  const cluster = new Map(start.map(({ manifest }) => [objectKey(manifest), manifest]));
  yield [...cluster.values()];
  for (const { write, remove } of stages) {
    for (const manifest of write) {
      cluster.set(objectKey(manifest), manifest);
      yield [...cluster.values()];
    }
    for (const manifest of remove) {
      cluster.delete(objectKey(manifest));
      yield [...cluster.values()];
    }
  }
}

const name = ({ principal, host, port }: Way) => `${principal} ${host}:${port}`;
const manifestsOf = (objects: readonly PlannedObject[]) => objects.map(({ manifest }) => manifest);
const sorted = (manifests: readonly Manifest[]) => manifests.map((one) => JSON.stringify(one)).sort();
const ways = (manifests: readonly Manifest[]) => {
  const { reachable, routable } = waysIn(manifests, listenerPort);
  return { reachable: new Set(reachable.map(name)), routable: new Set(routable.map(name)) };
};

describe("a change from one environment to another", { timeout: 60_000 }, () => {
  it("opens nothing that neither allows and keeps what both allow, at every moment", () => {
    fc.assert(
      fc.property(environment, environment, (from, to) => {
        const [old, next] = [planned(from), planned(to)];
        const [before, after] = [ways(manifestsOf(old)), ways(manifestsOf(next))];
        const both = [...before.routable].filter((way) => after.routable.has(way));
        for (const manifests of moments(old, stagesBetween(old, next))) {
          const now = ways(manifests);
          for (const way of now.reachable)
            expect(before.reachable.has(way) || after.reachable.has(way)).toBe(true);
          for (const way of both) expect(now.routable).toContain(way);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("does so too when it goes on from where another was ended", () => {
    fc.assert(
      fc.property(environment, environment, fc.nat(), (from, to, at) => {
        const [old, next] = [planned(from), planned(to)];
        const [before, after] = [ways(manifestsOf(old)), ways(manifestsOf(next))];
        const both = [...before.routable].filter((way) => after.routable.has(way));
        const all = [...moments(old, stagesBetween(old, next))];
        const left = (all[at % all.length] ?? []).map((manifest) => ({ wave: waveOf(manifest), manifest }));
        let last: Manifest[] = [];
        for (const manifests of moments(left, stagesBetween(left, next))) {
          const now = ways(manifests);
          for (const way of now.reachable)
            expect(before.reachable.has(way) || after.reachable.has(way)).toBe(true);
          for (const way of both) expect(now.routable).toContain(way);
          last = manifests;
        }
        expect(sorted(last)).toEqual(sorted(manifestsOf(next)));
      }),
      { numRuns: 100 },
    );
  });

  it("ends with exactly the new objects", () => {
    fc.assert(
      fc.property(environment, environment, (from, to) => {
        const [old, next] = [planned(from), planned(to)];
        const last = [...moments(old, stagesBetween(old, next))].at(-1) ?? [];
        expect(sorted(last)).toEqual(sorted(manifestsOf(next)));
      }),
    );
  });

  it("has no stage where nothing changes", () => {
    fc.assert(
      fc.property(environment, (hosts) => {
        expect(stagesBetween(planned(hosts), planned(hosts))).toEqual([]);
      }),
    );
  });
});
