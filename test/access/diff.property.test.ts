import fc from "fast-check";
import { expect, it } from "vitest";
import { type Diff, diffOf } from "../../access/diff/diff.ts";
import type { ProtectionChange } from "../../access/diff/protection.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { environment, hostsOf, planned, type RandomEnvironment } from "../rollout/environments.ts";

/** Environments that can be declared: what check refuses says nothing of a diff. */
const environments = environment.filter(({ hosts }) => {
  try {
    return hostsOf(hosts).length >= 0;
  } catch {
    return false;
  }
});

function manifestsOf(some: RandomEnvironment): Manifest[] {
  return planned(some).map(({ manifest }) => manifest);
}

const turned = ({ before, after, ...rest }: ProtectionChange): ProtectionChange => ({
  ...rest,
  ...(after === undefined ? {} : { before: after }),
  ...(before === undefined ? {} : { after: before }),
});
/** The object is that of the side that comes. */
const sayings = (changes: readonly ProtectionChange[]) =>
  sorted(changes.map(({ object: _, ...rest }) => ({ ...rest, object: "" })));
const sorted = (changes: readonly ProtectionChange[]) =>
  changes.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();

/** A diff as it is to be the other way round, but for what stays and what it costs. */
function mirrored({ access, protection, objects, notJudged }: Diff) {
  return {
    gained: access.lost,
    lost: access.gained,
    weakened: sorted(protection.strengthened.map(turned)),
    strengthened: sorted(protection.weakened.map(turned)),
    changed: sayings(protection.changed.map(turned)),
    added: objects.removed,
    removed: objects.added,
    differing: objects.changed,
    notJudged,
  };
}

function straight({ access, protection, objects, notJudged }: Diff) {
  return {
    gained: access.gained,
    lost: access.lost,
    weakened: sorted(protection.weakened),
    strengthened: sorted(protection.strengthened),
    changed: sayings(protection.changed),
    added: objects.added,
    removed: objects.removed,
    differing: objects.changed,
    notJudged,
  };
}

it("is the mirror of the diff the other way round", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(environments, environments, (old, fresh) => {
      const [before, after] = [manifestsOf(old), manifestsOf(fresh)];
      const [there, back] = [diffOf(before, after), diffOf(after, before)];
      expect(straight(back)).toEqual(mirrored(there));
      expect(back.cost.configuration).toEqual(
        there.cost.configuration.map(({ proxies, bytes }) => ({ proxies, bytes: -bytes })),
      );
    }),
    { numRuns: 60 },
  );
});

it("of the same objects in any order is empty", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(environments, fc.integer(), (some, seed) => {
      const one = manifestsOf(some);
      const shuffled =
        fc.sample(fc.shuffledSubarray(one, { minLength: one.length }), { numRuns: 1, seed })[0] ?? [];
      const { access, protection, objects, cost, notJudged } = diffOf(one, shuffled);
      const { configuration, restarts } = cost;
      expect({ access, protection, objects, notJudged, configuration, restarts }).toEqual({
        access: { gained: [], lost: [], beside: [] },
        protection: { weakened: [], strengthened: [], changed: [] },
        objects: { added: [], changed: [], removed: [] },
        notJudged: [],
        configuration: [],
        restarts: [],
      });
    }),
    { numRuns: 60 },
  );
});

it("from nothing has every object and every row", () => {
  fc.assert(
    fc.property(environments, (some) => {
      const after = manifestsOf(some);
      const { access, objects } = diffOf([], after);
      expect(objects.added).toHaveLength(after.length);
      expect([access.lost, objects.changed, objects.removed]).toEqual([[], [], []]);
    }),
    { numRuns: 20 },
  );
});
