import { isDeepStrictEqual } from "node:util";
import type { Caller } from "../environment.ts";

/** What a rule does with what it matches. */
export type Action = "allow" | "deny";

/** A header of the request, or a claim of an end user's token, and the values of which it has one. */
export interface NamedValues {
  readonly name: string;
  /** Sorted; each exact, or with `*` at its beginning or end. */
  readonly values: readonly string[];
}

/** End users by their token: who issued it, and what it says. */
interface Users {
  /** The name of one of the environment's issuers. */
  readonly issuer: string;
  /** Sorted by name; the token has one value of each. */
  readonly claims: readonly NamedValues[];
}

/** What one rule says of a host: every condition has to hold. Dates are settled when a file is read. */
export interface Rule {
  /** Ten hexadecimal digits of owner, action and content, never of its place: manifests carry it. */
  readonly key: string;
  /** The team whose file declares it. */
  readonly owner: string;
  /** Sorted; `*` as namespace is everyone in the mesh. */
  readonly from: readonly Caller[];
  /** Whom of those it leaves out; sorted. */
  readonly except: readonly Caller[];
  /** Exact, prefix, suffix or template, as Istio writes them; sorted. Empty: every path. */
  readonly paths: readonly string[];
  /** Sorted. Empty: every method. */
  readonly methods: readonly string[];
  /** Sorted by name; the request has one value of each. */
  readonly headers: readonly NamedValues[];
  readonly users?: Users;
  /** Whether its callers are logged; only an allow rule says no. */
  readonly monitored: boolean;
  /** Whether it is only looked at what it would refuse; only a deny rule is so. */
  readonly audit: boolean;
}

/** Everyone in the mesh. */
export const EVERYONE: Caller = { namespace: "*" };

/** Whether a caller stands for all of them. */
export function isEveryone({ namespace }: Caller): boolean {
  return namespace === EVERYONE.namespace;
}

/**
 * Rules by key, each once; a rule and its audit are two, and so are two whose keys are alike by chance or by intent: they
 * are refused where they are planned.
 */
export function distinctRules(rules: readonly Rule[]): Rule[] {
  return [...Map.groupBy(rules, ({ key, audit }) => `${key} ${audit}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, alike]) =>
      alike.filter((rule, index) => alike.findIndex((other) => isDeepStrictEqual(other, rule)) === index),
    );
}

/** Whether a rule looks at requests, and not only at who calls what. */
export function looksAtRequests({ paths, methods, headers, users }: Rule): boolean {
  return paths.length + methods.length + headers.length > 0 || users !== undefined;
}
