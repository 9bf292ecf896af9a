import { type Declared, isGranted, isOpen, type Lifetime, type Way } from "./grants.ts";
import type { Sighting } from "./sightings.ts";

/** A time in which one declaration is in force, or in which the cluster goes from one to another. */
export interface Span {
  /** Milliseconds since 1970, as all times here. */
  readonly from: number;
  readonly before: Declared;
  /** The same as `before` where nothing changes. */
  readonly after: Declared;
  /** The change is in force, but connections from before it may still be refused what it gives. */
  readonly isDraining?: true;
}

/** What happened when, in order; each span lasts until the next begins, the last one on and on. */
export type Timeline = readonly Span[];

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

/**
 * What it means that something of an application is seen outside.
 *
 * - granted: declared
 * - late: open before a change that is not yet in force everywhere
 * - older: on a connection from before the namespace was locked down, which no network policy cuts
 * - leak: nothing of the above
 * - unknown: before anything is known
 */
type Verdict = "granted" | "late" | "older" | "leak" | "unknown";

/** Judges what was seen by what was declared at that time. */
export function judge(timeline: Timeline, { time, since, ...way }: Sighting): Verdict {
  const span = spanAt(timeline, time);
  if (span === undefined) return "unknown";
  const { before, after } = span;
  if (isOpen(after, way)) return "granted";
  if (isOpen(before, way)) return "late";
  const born = spanAt(timeline, since) ?? timeline[0];
  return born?.before === "nothing" ? "older" : "leak";
}

function spanAt(timeline: Timeline, time: number): Span | undefined {
  return timeline.findLast(({ from }) => from <= time);
}
