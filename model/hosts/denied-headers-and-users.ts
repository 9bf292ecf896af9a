import { concerns, listsMeet } from "../rules/cover.ts";
import type { Notes } from "../rules/notes.ts";
import type { Rule } from "../rules/rule.ts";
import { coversPath } from "../values/paths.ts";
import { oncePerRule, placeOfRule, type Subject, type Told } from "./rules.ts";

/**
 * Finds denials by header or by end user that a caller gets round by leaving the header or the token out: what a
 * caller itself says bounds nobody, unless the rules that allow ask for it. What a wildcard allows and denies holds for
 * the names under it too.
 *
 * @param wildcards those over the host that may be at its gateway, with their rules
 */
export function checkDeniedHeadersAndUsers(
  subject: Subject,
  wildcards: readonly Subject[],
  { warnings }: Notes,
  told: Told,
): void {
  const all = [subject, ...wildcards];
  const allowing = all.flatMap(({ allow }) => allow);
  for (const denied of all.flatMap(({ deny }) => deny))
    for (const allowed of allowing) {
      const way = meet(denied.rule, allowed.rule) ? wayRound(denied.rule, allowed.rule) : undefined;
      if (way === undefined) continue;
      const { key, without, fix } = way;
      oncePerRule(told, "omitted", warnings, denied)(
        [key],
        undefined,
        `a call ${without} is not refused, and the rule at ${placeOfRule(allowed)} allows it`,
        `let the rules that allow ${fix}, or deny by caller`,
      );
      break;
    }
}

/** Whether a denial takes something from a rule that allows; false where that can't be told. */
function meet(denied: Rule, allowed: Rule): boolean {
  return (
    concerns(denied, allowed) &&
    listsMeet(denied.paths, allowed.paths, (a, b) => coversPath(a, b) || coversPath(b, a)) &&
    listsMeet(denied.methods, allowed.methods, (a, b) => a === b)
  );
}

interface WayRound {
  readonly key: "headers" | "users";
  /** What such a call lacks. */
  readonly without: string;
  /** What a rule that allows would have to do. */
  readonly fix: string;
}

/** What a caller leaves out, or writes in another way, to get round a denial by a rule that does not ask for it. */
function wayRound({ headers, users }: Rule, allowed: Rule): WayRound | undefined {
  if (users !== undefined && allowed.users?.issuer !== users.issuer)
    return {
      key: "users",
      without: `without a token of ${users.issuer}`,
      fix: `ask for users of ${users.issuer}`,
    };
  const header = headers.find(({ name }) => !isBounded(name, allowed));
  return (
    header && {
      key: "headers",
      without: `without ${header.name}, or with its value in other letters' case,`,
      fix: `name the values of ${header.name} that may be sent, without a star`,
    }
  );
}

/** Whether a rule allows only values of a header that it names. */
function isBounded(name: string, { headers }: Rule): boolean {
  const own = headers.find((header) => header.name === name);
  return own?.values.every((value) => !value.includes("*")) ?? false;
}
