import fc from "fast-check";
import { expect, it } from "vitest";
import { type AccessChange, accessBeyond } from "../../access/diff/access.ts";
import { evaluator } from "../../access/evaluate.ts";
import { matrixOf } from "../../access/matrix.ts";
import { rowLets } from "../../access/row-lets.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { ACCOUNTS, declared, list, NAMESPACES, PATHS, plan } from "../plan/random-rules.ts";

/** Calls of every kind that the random rules tell apart, and some that no rule names. */
const CALLS = ["a", "b", "c"].flatMap((letter) =>
  [...NAMESPACES, "elsewhere"].flatMap((namespace) =>
    [...ACCOUNTS, "other"].flatMap((account) =>
      ["GET", "POST", "PUT"].flatMap((method) =>
        [...PATHS, "/a/x.json", "/unnamed"].map((path) => ({
          principal: `cluster.local/ns/${namespace}/sa/${account}`,
          host: `${letter}.example.com`,
          method,
          path,
          headers: {},
          claims: {},
        })),
      ),
    ),
  ),
);
type Call = (typeof CALLS)[number];

function allowedBy(manifests: readonly Manifest[]): (call: Call) => boolean {
  const { evaluate } = evaluator(manifests);
  return (call) => evaluate({ ...call, port: 80, scheme: "http" }).answer === "allowed";
}

const manifests = list
  .map(declared)
  .filter((hosts) => hosts !== undefined && hosts.length > 0)
  .map((hosts = []) => plan(hosts).map(({ manifest }) => manifest));

it("is what the evaluator allows on one side and not on the other", { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(manifests, manifests, (before, after) => {
      const [rowsBefore, rowsAfter] = [matrixOf(before), matrixOf(after)];
      const [wasAllowed, isAllowed] = [allowedBy(before), allowedBy(after)];
      const gained = accessBeyond(rowsAfter, rowsBefore);
      const isGained = CALLS.filter((call) => isAllowed(call) && !wasAllowed(call));
      for (const call of isGained) expect(gained.some((row) => rowLets(row, call))).toBe(true);
      // Each pattern by itself has a call that was gained.
      for (const change of gained.flatMap(patternsOf))
        expect(
          isGained.some((call) => rowLets(change, call)),
          JSON.stringify(change),
        ).toBe(true);
    }),
    { numRuns: 500 },
  );
});

function patternsOf(change: AccessChange): AccessChange[] {
  return change.allowed.map((one) => ({ ...change, allowed: [one] }));
}

it("is nothing between equals, whatever the order of their objects", () => {
  fc.assert(
    fc.property(manifests, (one) => {
      expect(accessBeyond(matrixOf(one), matrixOf([...one].reverse()))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
