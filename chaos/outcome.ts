import type { Lifetime } from "./grants.ts";
import { type Line, type Request, succeeded } from "./lines.ts";
import { type Sighting, sightingsOf } from "./sightings.ts";
import { isGrantedThroughout, judge, type Timeline } from "./timeline.ts";
import type { Visit } from "./visits.ts";

/** What clients and the outside saw of a scenario. */
interface Seen {
  readonly lines: readonly Line[];
  readonly visits: readonly Visit[];
}

/** What a scenario came to. */
export interface Outcome {
  readonly scenario: string;
  /** How long the load was watched. */
  readonly seconds: number;
  readonly requests: number;
  /** Of requests that were granted all the time. */
  readonly granted: number;
  /** Of them, by the time in which hosts were declared, before and after whatever happened meanwhile. */
  readonly grantedPerSecond: number;
  /** Those of them that failed. */
  readonly failed: readonly Request[];
  /** Those that were under way when a pod was killed outright. */
  readonly inFlight: number;
  /** What was seen outside without a grant once the gate had said that the refusal is in force. */
  readonly leaks: readonly Sighting[];
  /** What was seen outside of what is no longer granted, before the gate. */
  readonly late: number;
  /** What was seen on connections from before the lockdown, which go on until they end. */
  readonly older: number;
  /** From the start of each `apply` to its end. */
  readonly applySeconds: readonly number[];
  /** What the gates of its stages took of that. */
  readonly gateSeconds: readonly number[];
  /** Granted streams that were cut. */
  readonly cutStreams: number;
}

/** What happened, and when. */
export interface Course {
  readonly scenario: string;
  readonly timeline: Timeline;
  /** What the gates of each change took. */
  readonly gateSeconds: readonly number[];
  /** When pods were killed outright. */
  readonly cuts: readonly Lifetime[];
  readonly ended: number;
}

/** Compares what was seen with what was declared at that time. */
export function outcomeOf(
  { scenario, timeline, gateSeconds, cuts, ended }: Course,
  { lines, visits }: Seen,
): Outcome {
  const begun = timeline[0]?.from ?? ended;
  const requests = lines.flatMap((line) =>
    line.kind === "request" && line.request.begun >= begun ? [line.request] : [],
  );
  const streams = lines.flatMap((line) => (line.kind === "stream" ? [line.stream] : []));
  const granted = requests.filter((request) => isGrantedThroughout(timeline, request, request));
  const failed = granted.filter((request) => !succeeded(request));
  const inFlight = failed.filter((request) =>
    cuts.some((cut) => request.begun <= cut.ended && cut.begun <= request.ended),
  );
  const judged = sightingsOf(visits, lines).map((seen) => ({ seen, as: judge(timeline, seen) }));
  return {
    scenario,
    seconds: (ended - begun) / 1000,
    requests: requests.length,
    granted: granted.length,
    grantedPerSecond: granted.length / declaredSeconds(timeline, ended),
    failed: failed.filter((request) => !inFlight.includes(request)),
    inFlight: inFlight.length,
    leaks: judged.filter(({ as }) => as === "leak").map(({ seen }) => seen),
    late: judged.filter(({ as }) => as === "late").length,
    older: judged.filter(({ as }) => as === "older").length,
    applySeconds: changesOf(timeline),
    gateSeconds,
    cutStreams: streams.filter(
      (stream) =>
        stream.code === 200 &&
        isGrantedThroughout(timeline, stream, { begun: stream.ended, ended: stream.ended }),
    ).length,
  };
}

/** Of the time in which requests may count as granted. */
function declaredSeconds(timeline: Timeline, ended: number): number {
  return timeline.reduce((sum, { from, before, after }, index) => {
    const isDeclared = before !== "nothing" && after !== "nothing";
    return isDeclared ? sum + ((timeline[index + 1]?.from ?? ended) - from) / 1000 : sum;
  }, 0);
}

function changesOf(timeline: Timeline): number[] {
  return timeline.flatMap(({ from, before, after, isDraining }, index) => {
    const next = timeline[index + 1];
    return before === after || isDraining || next === undefined ? [] : [(next.from - from) / 1000];
  });
}

/** With fewer granted requests a second what fails for a moment would not be seen. */
export const LEAST_PER_SECOND = 50;

/**
 * A scenario fails by a leak, by a granted request that failed though no pod was killed under it, and by too little
 * load to tell.
 */
export function isFine({ failed, leaks, grantedPerSecond }: Outcome): boolean {
  return failed.length + leaks.length === 0 && grantedPerSecond >= LEAST_PER_SECOND;
}
