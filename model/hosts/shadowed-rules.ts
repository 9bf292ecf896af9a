import type { Caller } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { callersMeet, formatCaller, isWithin, remaining } from "../rules/callers.ts";
import { coversRequests, coversRule } from "../rules/cover.ts";
import type { Rule } from "../rules/rule.ts";
import { rulesAround } from "../rules/rule-index.ts";
import { problemAt } from "../source.ts";
import type { HeadRules } from "./head-rules.ts";
import { haveDifferentGateways, isOwn, placeOfRule, type SoundRule, type Subject } from "./rules.ts";

const REMOVE = "remove it, or make it differ";

/**
 * Finds rules of a host that change nothing beside another of its own, or of a wildcard over it, whose rules hold for
 * it too; and those of a file's head that change nothing at any host.
 *
 * @param wildcards those over the host, with their rules
 */
export function checkShadowed(
  subject: Subject,
  wildcards: readonly Subject[],
  warnings: Problem[],
  heads: HeadRules,
): void {
  const { host, allow, deny } = subject;
  const [allowing, denying] = [rulesAround(allow), rulesAround(deny)];
  for (const [list, around] of [
    [allow, allowing],
    [deny, denying],
  ] as const) {
    // Of two rules that cover each other the first stays.
    const before = new Set<SoundRule>();
    for (const narrow of list) {
      before.add(narrow);
      const own = isOwn(host, narrow);
      const say = (why: string, fix: string) => {
        if (own) warnings.push(problemAt(narrow.source, narrow.path, undefined, why, fix));
        else heads.at(host, narrow, "shadowed")([], undefined, why, fix);
      };
      const refusing = narrow.action === "allow" ? denying(narrow.rule).find(refuses(narrow)) : undefined;
      const wide = around(narrow.rule).find(
        (other) =>
          other !== narrow &&
          isLike(other, narrow) &&
          coversRule(other.rule, narrow.rule) &&
          (before.has(other) || !coversRule(narrow.rule, other.rule)),
      );
      if (refusing !== undefined)
        say(`it lets nothing through: the rule at ${placeOfRule(refusing)} refuses all of it`, REMOVE);
      else if (wide !== undefined)
        say(`it changes nothing: the rule at ${placeOfRule(wide)} covers it`, REMOVE);
      else if (own)
        for (const wildcard of wildcards)
          for (const { why, fix } of underWildcard(narrow, subject, wildcard)) say(why, fix);
    }
  }
}

/**
 * What a wildcard's rules leave of a rule of a host under it. One that both have is no surprise. Behind another gateway
 * a wildcard's denials do not hold for the host; what it allows, a workload that gets round its sidecar has there.
 */
function underWildcard(
  narrow: SoundRule,
  subject: Subject,
  wildcard: Subject,
): Pick<Problem, "why" | "fix">[] {
  const { host } = wildcard;
  const elsewhere = haveDifferentGateways(subject.host, host);
  const at = (rule: SoundRule) =>
    `the rule at ${placeOfRule(rule)}, for all of ${host.host}${elsewhere ? ` behind the gateway ${host.gateway}` : ""},`;
  const others = wildcard[narrow.action].filter(
    (rule) => !subject[narrow.action].includes(rule) && isLike(rule, narrow),
  );
  const wide = others.find(({ rule }) => coversRule(rule, narrow.rule) && !coversRule(narrow.rule, rule));
  if (narrow.action === "deny")
    return wide === undefined || elsewhere
      ? []
      : [{ why: `it changes nothing: ${at(wide)} covers it`, fix: REMOVE }];
  const refusing = elsewhere ? undefined : wildcard.deny.find(refuses(narrow));
  if (refusing !== undefined)
    return [{ why: `it lets nothing through: ${at(refusing)} refuses all of it`, fix: REMOVE }];
  const past = elsewhere ? " who gets round its sidecar" : "";
  const move = `take that rule from ${host.host} and give it to the names that need it`;
  if (wide !== undefined)
    return [
      {
        why: `it limits nobody${past}: ${at(wide)} allows all of this and more`,
        fix: elsewhere ? move : `remove it, and deny what is not to be had here, or ${move}`,
      },
    ];
  return others.flatMap((other) => {
    const callers = unlimited(narrow.rule, other.rule);
    if (callers.length === 0) return [];
    const names = callers.map(formatCaller).join(", ");
    return [
      {
        why: `it does not limit ${names}${past}: ${at(other)} allows more`,
        fix: `leave ${names} out here, or ${move}`,
      },
    ];
  });
}

/** Whether two rules differ in nothing but what they match. */
function isLike({ rule: other }: SoundRule, { rule }: SoundRule): boolean {
  return other.monitored === rule.monitored && (!other.audit || rule.audit);
}

function refuses({ rule: allowed }: SoundRule): (denied: SoundRule) => boolean {
  return ({ rule }) => !rule.audit && coversRule(rule, allowed);
}

/** The callers of a rule to whom a wider one allows more than it does. */
function unlimited(narrow: Rule, wide: Rule): Caller[] {
  if (!coversRequests(wide, narrow)) return [];
  const sameRequests = coversRequests(narrow, wide);
  const [few, many] = [remaining(narrow), remaining(wide)];
  return few.from.flatMap((caller) =>
    many.from
      .filter((other) => callersMeet(caller, other) && !(sameRequests && isWithin(other, caller)))
      .map((other) => (isWithin(other, caller) ? other : caller))
      .filter((common) => ![...few.except, ...many.except].some((left) => isWithin(common, left))),
  );
}
