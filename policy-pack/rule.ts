import type { Objects } from "../access/manifests/read.ts";
import type { Manifest } from "../plan/manifest.ts";

/** What in an object breaks a rule. */
export interface Violation {
  /** The object's `kind/namespace/name`. */
  readonly object: string;
  /** The field that is meant, such as `spec.exportTo`. */
  readonly path: string;
  /** Why it can't be. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
}

/**
 * What whoever enforces the rules expects of a stack. The stack's own files can't change it, so that what is removed
 * from them is missed.
 */
export interface Expected {
  /** Namespaces that have to be under lockdown; none by default. */
  readonly namespaces?: readonly string[];
  /** The pool whose nodes every egress gateway has to run on; by default the one that the stack's own objects name. */
  readonly pool?: string;
}

/** One thing that no stack may do, whoever wrote its objects. */
export interface Rule {
  /** In lower case, with dashes; how a message and a configuration call it. */
  readonly name: string;
  readonly description: string;
  /** Which part of {@link Expected} it asks for. */
  readonly expects?: keyof Expected;
  /**
   * Every violation among the objects of one stack.
   *
   * @param manifests the objects as they are written, those that can't be read among them
   */
  find(objects: Objects, expected: Expected, manifests: readonly Manifest[]): Violation[];
}

/** A violation as one line. */
export function formatViolation({ object, path, why, fix }: Violation): string {
  return `${[object, path].filter((part) => part !== "").join(" ")}: ${why}; ${fix}`;
}
