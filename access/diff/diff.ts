import { isDeepStrictEqual } from "node:util";
import type { Manifest } from "../../plan/manifest.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import { inWords, type Unjudged } from "../manifests/unjudged.ts";
import { type Row, readMatrix } from "../matrix/matrix.ts";
import { protectionIn } from "../protection/protection.ts";
import { type AccessChange, accessBeyond, rowsBeside } from "./access.ts";
import { type Cost, costOf } from "./cost.ts";
import { unknownIn } from "./known.ts";
import { type ObjectsDiff, objectsDiff } from "./objects.ts";
import { type ProtectionDiff, protectionDiff } from "./protection.ts";

/** What changes from one set of manifests to another. */
export interface Diff {
  readonly access: {
    readonly gained: readonly AccessChange[];
    readonly lost: readonly AccessChange[];
    /** The rows after the change that stay as they are, of the hosts and ports whose access changes. */
    readonly beside: readonly Row[];
  };
  readonly protection: ProtectionDiff;
  readonly objects: ObjectsDiff;
  readonly cost: Cost;
  /** What of the objects that came, went or changed could mean more than is told here. */
  readonly notJudged: readonly Unjudged[];
}

/** What MeshConfig says on each side, where it differs from Istio's defaults. */
export interface Meshes {
  readonly before: Partial<MeshSettings>;
  readonly after: Partial<MeshSettings>;
}

/**
 * What changes for whom from one set of manifests to another, whoever made them: it holds for a change of the planner
 * as well as for one of a declaration.
 *
 * @example
 * diffOf(before, after).access.gained.map(({ principal, host, port }) => [principal, host, port]);
 */
export function diffOf(
  before: readonly Manifest[],
  after: readonly Manifest[],
  meshes: Meshes = { before: {}, after: {} },
): Diff {
  const objects = objectsDiff(before, after);
  const touched = touchedIn(objects);
  const cost = costOf(before, after, objects);
  // Equal objects mean the same: most environments of a folder are not touched by a change.
  if (touched.size === 0 && isDeepStrictEqual(meshes.before, meshes.after))
    return { ...NOTHING, objects, cost };
  const [was, is] = [readMatrix(before, meshes.before), readMatrix(after, meshes.after)];
  const [gained, lost] = [accessBeyond(is.rows, was.rows), accessBeyond(was.rows, is.rows)];
  const gaps = [...was.gaps, ...unknownIn(before), ...is.gaps, ...unknownIn(after)];
  return {
    access: { gained, lost, beside: rowsBeside(is.rows, [...gained, ...lost]) },
    protection: protectionDiff(protectionIn(before, meshes.before), protectionIn(after, meshes.after)),
    objects,
    cost,
    notJudged: notJudged(gaps, touched),
  };
}

const NOTHING: Pick<Diff, "access" | "protection" | "notJudged"> = {
  access: { gained: [], lost: [], beside: [] },
  protection: { weakened: [], strengthened: [], changed: [] },
  notJudged: [],
};

function touchedIn({ added, changed, removed }: ObjectsDiff): ReadonlySet<string> {
  return new Set([...added, ...changed, ...removed].map(({ object }) => object));
}

function notJudged(gaps: readonly Unjudged[], touched: ReadonlySet<string>): Unjudged[] {
  const found = gaps
    .filter(({ object }) => touched.has(object))
    .map((gap): [string, Unjudged] => [inWords(gap), gap]);
  return [...new Map(found)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gap]) => gap);
}
