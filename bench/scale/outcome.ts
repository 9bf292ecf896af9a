import type { ProcessCost } from "../processes.ts";
import type { EngineTimes } from "./engine.ts";
import type { Pattern, Place, ScaleMode } from "./patterns.ts";
import type { ProxySize } from "./proxies.ts";

/** What the real engine took. */
export interface EngineCost extends EngineTimes {
  /** `up` of all hosts with gates; ours alone. */
  readonly gated?: number | undefined;
  /** Objects there were in the end. */
  readonly resources: number;
}

/** A proxy at the end. */
export interface ProxyEnd {
  /** Absent where it did not answer. */
  readonly size?: ProxySize;
  /** By how many bytes its configuration grew with the hosts. */
  readonly grown?: number;
  /** How often it was ended and started again, as for want of memory. */
  readonly restarts: number;
}

/** All that was measured of one pattern at one size. Times are in seconds. */
export interface Outcome {
  readonly pattern: Pattern["name"];
  /** The numbers of hosts that it was reckoned from; absent where it was measured. */
  readonly extrapolatedFrom?: readonly [small: number, large: number];
  readonly resources: number;
  /** Objects there were when the apply ended or was stopped. */
  readonly written: number;
  /** Undefined where it was stopped at the limit. */
  readonly apply: number | undefined;
  /** The same by `sallyport apply`, which waits for the proxies; ours alone. */
  readonly gated: number | undefined;
  /** An apply that changes nothing. */
  readonly again: number | undefined;
  /** From the first write until every proxy has all; undefined where that was not reached within the limit. */
  readonly inSync: number | undefined;
  readonly proxies: Readonly<Record<Place, ProxyEnd>>;
  readonly engine?: EngineCost;
}

/** What ours takes before any cluster is asked. */
export interface LocalCost {
  readonly check: ProcessCost;
  readonly plan: ProcessCost;
  readonly render: ProcessCost;
}

/** One size in one mode: both patterns in one run. */
export interface Case {
  readonly hosts: number;
  readonly mode: ScaleMode;
  readonly local: LocalCost;
  readonly ours: Outcome;
  readonly docs: Outcome;
  /** By how many bytes ours grows, as the diff estimates it. */
  readonly estimate: Readonly<Record<Place, number>>;
  /** Seconds after which an apply, an up or a wait was stopped. */
  readonly limit: number;
}
