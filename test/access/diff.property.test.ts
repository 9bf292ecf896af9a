import fc from "fast-check";
import { expect, it } from "vitest";
import { type Diff, diffOf } from "../../access/diff/diff.ts";
import type { ProtectionChange } from "../../access/diff/protection.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { environment, planned } from "../rollout/environments.ts";

const manifests = environment.map((hosts): Manifest[] | undefined => {
  try {
    return planned(hosts).map(({ manifest }) => manifest);
  } catch {
    return undefined; // what check refuses says nothing of a diff
  }
});
const declarable = manifests.filter((one) => one !== undefined).map((one = []) => one);

const turned = ({ before, after, ...rest }: ProtectionChange): ProtectionChange => ({
  ...rest,
  ...(after === undefined ? {} : { before: after }),
  ...(before === undefined ? {} : { after: before }),
});
const sorted = (changes: readonly ProtectionChange[]) =>
  changes.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();

/** A diff as it is to be the other way round, but for what stays and what it costs. */
function mirrored({ access, protection, objects, notJudged }: Diff) {
  return {
    gained: access.lost,
    lost: access.gained,
    weakened: sorted(protection.strengthened.map(turned)),
    strengthened: sorted(protection.weakened.map(turned)),
    changed: sorted(protection.changed.map(turned)),
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
    changed: sorted(protection.changed),
    added: objects.added,
    removed: objects.removed,
    differing: objects.changed,
    notJudged,
  };
}

it("is the mirror of the diff the other way round", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(declarable, declarable, (before, after) => {
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
    fc.property(declarable, fc.integer(), (one, seed) => {
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
    fc.property(declarable, (after) => {
      const { access, objects } = diffOf([], after);
      expect(objects.added).toHaveLength(after.length);
      expect([access.lost, objects.changed, objects.removed]).toEqual([[], [], []]);
    }),
    { numRuns: 20 },
  );
});
