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

/** What one object, or the lack of any, does with a call. */
export interface Step {
  readonly at: Part;
  /** Whether the call goes on from here. */
  readonly passes: boolean;
  /** The object that decides, as `kind/namespace/name`; absent where none does. */
  readonly object?: string;
  /** A policy's rule, counted from 0. */
  readonly rule?: number;
  /** A route's name. */
  readonly route?: string;
  /** What it does and why, in words that go on from the object's name. */
  readonly says: string;
}

/** Hears of each step as it is taken; absent where nobody asks, and no words are made. */
export type Tell = ((step: Step) => unknown) | undefined;
