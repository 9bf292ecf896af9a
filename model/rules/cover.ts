import { coversPath } from "../values/paths.ts";
import { callersMeet, isWithin, remaining } from "./callers.ts";
import type { NamedValues, Rule } from "./rule.ts";

/** Whether every request that one rule matches is one that another matches; false where that can't be told. */
export function coversRule(wide: Rule, narrow: Rule): boolean {
  return coversCallers(wide, narrow) && coversRequests(wide, narrow);
}

/** Whether every request that one rule matches is one that another matches, whoever calls; likewise. */
export function coversRequests(wide: Rule, narrow: Rule): boolean {
  return (
    coversList(wide.paths, narrow.paths, coversPath) &&
    coversList(wide.methods, narrow.methods, (a, b) => a === b) &&
    coversValues(wide.headers, narrow.headers) &&
    coversUsers(wide, narrow)
  );
}

function coversCallers(wide: Rule, narrow: Rule): boolean {
  const { from, except } = remaining(narrow);
  return (
    from.every((caller) => wide.from.some((other) => isWithin(caller, other))) &&
    wide.except.every(
      (caller) =>
        except.some((other) => isWithin(caller, other)) || !from.some((other) => callersMeet(caller, other)),
    )
  );
}

/** Whether a rule that denies is about somebody whom one that allows lets in. */
export function concerns(denied: Rule, allowed: Rule): boolean {
  return remaining(allowed).from.some(
    (caller) =>
      denied.from.some((other) => callersMeet(caller, other)) &&
      !denied.except.some((other) => isWithin(caller, other)),
  );
}

/** An empty list stands for everything. */
function coversList(
  wide: readonly string[],
  narrow: readonly string[],
  covers: (wide: string, narrow: string) => boolean,
): boolean {
  if (wide.length === 0) return true;
  return narrow.length > 0 && narrow.every((one) => wide.some((other) => covers(other, one)));
}

/** Whether two lists of what requests may have, have something in common; an empty one stands for everything. */
export function listsMeet(
  some: readonly string[],
  others: readonly string[],
  meets: (one: string, other: string) => boolean,
): boolean {
  const isEverything = some.length === 0 || others.length === 0;
  return isEverything || some.some((one) => others.some((other) => meets(one, other)));
}

function coversValues(wide: readonly NamedValues[], narrow: readonly NamedValues[]): boolean {
  return wide.every(({ name, values }) => {
    const same = narrow.find((other) => other.name === name);
    return same?.values.every((value) => values.includes(value)) ?? false;
  });
}

function coversUsers({ users: wide }: Rule, { users: narrow }: Rule): boolean {
  if (wide === undefined) return true;
  return narrow !== undefined && wide.issuer === narrow.issuer && coversValues(wide.claims, narrow.claims);
}
