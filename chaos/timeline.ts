import { type Declared, isGranted, isOpen, type Way } from "./grants.ts";

/** A time in which one declaration is in force, or in which the cluster goes from one to another. */
export interface Span {
  /** Milliseconds since 1970, as all times here. */
  readonly from: number;
  readonly before: Declared;
  /** The same as `before` where nothing changes. */
  readonly after: Declared;
}

/** What happened when, in order; each span lasts until the next begins, the last one on and on. */
export type Timeline = readonly Span[];

/** Something that a client did, from its first moment to its last. */
export interface Lifetime {
  readonly begun: number;
  readonly ended: number;
}

/** Whether a way was declared all the time, before and after each change: such a request must not fail. */
export function isGrantedThroughout(timeline: Timeline, way: Way, { begun, ended }: Lifetime): boolean {
  const spans = timeline.filter(
    ({ from }, index) => from <= ended && (timeline[index + 1]?.from ?? Number.POSITIVE_INFINITY) > begun,
  );
  return (
    (spans[0]?.from ?? Number.POSITIVE_INFINITY) <= begun &&
    spans.every(({ before, after }) => isGranted(before, way) && isGranted(after, way))
  );
}

/** What it means that something of an application is seen outside. */
export type Sighting = "granted" | "late" | "leak" | "unknown";

/**
 * Judges a byte that was seen outside at a moment: `late` where its way was open before a change that is not yet in
 * force everywhere, a `leak` where nothing declares it. Before the timeline begins nothing is known.
 */
export function judge(timeline: Timeline, way: Way, moment: number): Sighting {
  const span = timeline.findLast(({ from }) => from <= moment);
  if (span === undefined) return "unknown";
  const { before, after } = span;
  if (isGranted(after, way)) return "granted";
  if (before === after) return isOpen(after, way) ? "granted" : "leak";
  return isOpen(before, way) ? "late" : "leak";
}
