import type { Problem } from "../problem.ts";

/** A rule or an exemption whose last day is over: it is left out, and its owner has to hear of it. */
export interface Expired {
  readonly owner: string;
  readonly problem: Problem;
}

/** What is said of rules while they are read. */
export interface Notes {
  readonly problems: Problem[];
  readonly warnings: Problem[];
  readonly expired: Expired[];
}

/** What rules are read by. */
export interface RuleContext {
  /** The moment of reading: what is past its last day is left out. */
  readonly now: Date;
  /** Whether what is better not declared is an error. */
  readonly production: boolean;
  /** The names of the environment's issuers; undefined where those are at fault. */
  readonly issuers: readonly string[] | undefined;
  /** The names of its authorizers; likewise. */
  readonly authorizers: readonly string[] | undefined;
}
