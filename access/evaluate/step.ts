/**
 * A part of the way from an application to a host, in the order in which a call takes them.
 *
 * - lockdown: what closes every way past the gateways
 * - sidecar: where the caller's own proxy turns
 * - hop: how it gets from there to the gateway
 * - gateway: what takes it there
 * - policy: who may what
 * - route: where the gateway sends it
 * - upstream: how the gateway speaks to the host
 */
export type Part = "lockdown" | "sidecar" | "hop" | "gateway" | "policy" | "route" | "upstream";

/** The object that decides, and where in it. */
export interface Decider {
  /** `kind/namespace/name`. */
  readonly object: string;
  /** A policy's rule, counted from 0. */
  readonly rule?: number;
  /** A route's name. */
  readonly route?: string;
}

/** What one object does with a call; or the lack of any, where none is named. */
export interface Step extends Partial<Decider> {
  readonly at: Part;
  /** Whether the call goes on from here. */
  readonly passes: boolean;
  /** What it does and why, in words that go on from the object's name. */
  readonly says: string;
}

/** Hears of each step as it is taken; absent where nobody asks, and no words are made. */
export type Tell = ((step: Step) => unknown) | undefined;

/** What a policy does with a call. */
export function policyStep(passes: boolean, says: string, by?: Decider): Step {
  return { at: "policy", passes, ...by, says };
}
