import { isDeepStrictEqual } from "node:util";
import { identityOf, type Manifest, type PlannedObject, WAVES, type Wave } from "../plan/manifest.ts";
import { claimants, withoutForeign } from "./claims.ts";
import { unionOf } from "./union.ts";

/** One step of a change; the next begins when every proxy concerned has this one. */
export interface Stage {
  /** `expand` serves old and new side by side, `contract` leaves the new alone. */
  readonly phase: "expand" | "contract";
  readonly wave: Wave;
  readonly write: readonly Manifest[];
  readonly remove: readonly Manifest[];
}

/**
 * What a change expands first. A lockdown that stands opens, or goes, before a route needs it open; a new one closes
 * when all routes lead to the gateway.
 */
const EXPANSION = WAVES.flatMap((wave): readonly { readonly wave: Wave; readonly isStanding?: boolean }[] => {
  if (wave === "answers") return [];
  if (wave === "mesh") return [{ wave: "lockdown", isStanding: true }, { wave }];
  return [wave === "lockdown" ? { wave, isStanding: false } : { wave }];
});

/**
 * What a change contracts first: sidecars stop taking the old ways before the gateway stops serving them. Lockdown
 * comes after the mesh's routes, as those of a gateway that goes still need it reachable.
 */
const CONTRACTION: readonly Wave[] = [
  "mesh",
  "lockdown",
  "routes",
  "registry",
  "gateway",
  "guard",
  "foundation",
];

/**
 * The steps from one set of objects to another. Written in order, each gated, nothing is reachable at any moment that
 * neither set allows, and what both allow stays reachable.
 *
 * Objects are shared by many hosts, so that to remove a host is to change an object: writing the new objects once, in
 * whatever order, could break before it makes. Stages without a change are left out; two equal sets have none.
 *
 * @example
 * stagesBetween([], planEnvironment(environment)); // a first deployment: expand alone
 */
export function stagesBetween(
  previous: readonly PlannedObject[],
  desired: readonly PlannedObject[],
): Stage[] {
  const before = new Map(previous.map((object) => [identityOf(object.manifest), object]));
  const after = new Map(desired.map((object) => [identityOf(object.manifest), object]));
  const widened = new Map(
    desired.map(({ manifest }) => {
      const old = before.get(identityOf(manifest))?.manifest;
      return [identityOf(manifest), old === undefined ? manifest : unionOf(old, manifest)];
    }),
  );
  const wideOf = (manifest: Manifest) => widened.get(identityOf(manifest)) ?? manifest;
  const leftovers = previous.filter(({ manifest }) => !after.has(identityOf(manifest)));
  const settled = settledRoutes(desired, [...widened.values(), ...leftovers.map(({ manifest }) => manifest)]);
  const lastOf = (manifest: Manifest) => settled.get(identityOf(manifest))?.left ?? manifest;
  const answers = answersBetween(previous, desired);
  const leftOf = (wave: Wave) =>
    leftovers
      .filter(({ wave: own, manifest }) => own === wave && !isGone(settled.get(identityOf(manifest))))
      .map(({ manifest }) => manifest)
      .reverse();
  const expand = EXPANSION.map(({ wave, isStanding }): Stage => {
    const write = desired
      .filter((object) => object.wave === wave)
      .filter(({ manifest }) => isStanding === undefined || before.has(identityOf(manifest)) === isStanding)
      .map(({ manifest }) => wideOf(manifest))
      .filter((manifest) => !isDeepStrictEqual(manifest, before.get(identityOf(manifest))?.manifest));
    if (isStanding) return { phase: "expand", wave, write, remove: leftOf(wave) };
    if (wave !== "mesh") return { phase: "expand", wave, write, remove: [] };
    const given = [...settled.values()];
    return {
      phase: "expand",
      wave,
      write: [...write, ...given.flatMap(({ left }) => left ?? [])],
      remove: given.filter(({ left }) => left === undefined).map(({ was }) => was),
    };
  });
  const contract = CONTRACTION.map((wave): Stage => {
    const write = desired
      .filter((object) => object.wave === wave)
      .map(({ manifest }) => manifest)
      .filter((manifest) => !isDeepStrictEqual(manifest, lastOf(wideOf(manifest))));
    return { phase: "contract", wave, write, remove: wave === "lockdown" ? [] : leftOf(wave) };
  });
  return [answers.first, ...expand, ...contract, answers.last].filter(
    ({ write, remove }) => write.length + remove.length > 0,
  );
}

/** Answers are taken away before anything changes, and given when all has changed: till then policy refuses. */
function answersBetween(
  previous: readonly PlannedObject[],
  desired: readonly PlannedObject[],
): { first: Stage; last: Stage } {
  const wave = "answers";
  const of = (objects: readonly PlannedObject[]) =>
    objects.filter((object) => object.wave === wave).map(({ manifest }) => manifest);
  const missing = (from: readonly Manifest[], others: readonly Manifest[]) => {
    const known = new Map(others.map((manifest) => [identityOf(manifest), manifest]));
    return from.filter((manifest) => !isDeepStrictEqual(manifest, known.get(identityOf(manifest))));
  };
  return {
    first: { phase: "contract", wave, write: [], remove: missing(of(previous), of(desired)) },
    last: { phase: "expand", wave, write: missing(of(desired), of(previous)), remove: [] },
  };
}

/** A route object that gives up what another has taken over; `left` is undefined where that is all of it. */
interface Settled {
  readonly was: Manifest;
  readonly left: Manifest | undefined;
}

/**
 * Where a host moves from one object to another, both would claim its name on the sidecars' listener, which Envoy
 * refuses as a whole: once the new one is written, the old one gives the name up.
 *
 * @param expanded all objects as they are once the new ones are written
 * @returns those that give something up, by their identity
 */
function settledRoutes(
  desired: readonly PlannedObject[],
  expanded: readonly Manifest[],
): ReadonlyMap<string, Settled> {
  const owners = claimants(desired.map(({ manifest }) => manifest));
  return new Map(
    expanded.flatMap((was) => {
      const own = identityOf(was);
      const left = withoutForeign(was, (claim) => (owners.get(claim) ?? own) !== own);
      return isDeepStrictEqual(left, was) ? [] : [[own, { was, left }] as const];
    }),
  );
}

function isGone(settled: Settled | undefined): boolean {
  return settled !== undefined && settled.left === undefined;
}
