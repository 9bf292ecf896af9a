import type { Caller } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { formatCaller, meetingAny, remaining } from "../rules/callers.ts";
import { listsMeet } from "../rules/cover.ts";
import { isEveryone, type Rule } from "../rules/rule.ts";
import type { ReportFault } from "../source.ts";
import { formOf, pathsMeet } from "../values/paths.ts";
import type { HeadRules } from "./head-rules.ts";
import { isOwn, oncePerRule, type Subject, type Told } from "./rules.ts";

/**
 * Finds what denials are about that nothing allows anyway: callers, exemptions, and whole denials by path or method.
 *
 * @param allowing those whose rules that allow hold for some of the host: its own, and the wildcards over and hosts
 * under it
 */
export function checkIdleDenials(
  { host, deny }: Subject,
  allowing: readonly Subject[],
  warnings: Problem[],
  told: Told,
  heads: HeadRules,
): void {
  if (deny.length === 0) return;
  const rules = allowing.flatMap(({ allow }) => allow).map(({ rule }) => rule);
  const mayCall = callersIn(rules);
  const isRefusing = refusalsOf(rules);
  // There policy lets every path through, and what it denies is answered otherwise than what no route takes.
  const isNotFound = allowing.some((one) => one.host.refuse === "not-found");
  for (const denied of deny) {
    const { rule } = denied;
    const own = isOwn(host, denied);
    const what = own ? `${host.host}:${host.port}` : "any host that this holds for";
    const warn = own ? oncePerRule(told, "denied", warnings, denied) : heads.at(host, denied, "denied");
    checkCallers(mayCall, rule, what, warn);
    const key = rule.paths.length > 0 ? "paths" : "methods";
    const isForSome = rule.from.some((caller) => isEveryone(caller) || mayCall(caller));
    if (isForSome && !isNotFound && rule[key].length > 0 && !isRefusing(rule))
      warn(
        [key],
        rule[key],
        `it can never refuse: nothing allows whom it is for these ${key} of ${what}`,
        `correct these ${key}, or remove the rule`,
      );
  }
}

/** Whether any of these rules lets a caller in. */
function callersIn(rules: readonly Rule[]): (caller: Caller) => boolean {
  return meetingAny(rules.flatMap((rule) => remaining(rule).from));
}

/** Namespaces and accounts that no rule lets in: a refusal of them, or an exemption for them, has no effect. */
function checkCallers(
  mayCall: (caller: Caller) => boolean,
  rule: Rule,
  what: string,
  warn: ReportFault,
): void {
  for (const [key, list] of [
    ["from", rule.from],
    ["except", rule.except],
  ] as const)
    for (const caller of list)
      if (!isEveryone(caller) && !mayCall(caller))
        warn(
          [key],
          formatCaller(caller),
          `nothing lets it call ${what} anyway`,
          "check the name, or remove it",
        );
}

/**
 * Whether a denial may take something from one of these rules. Headers, tokens and exemptions are left aside: a request
 * can have any of the first two, and the last may end.
 */
function refusalsOf(allowed: readonly Rule[]): (denied: Rule) => boolean {
  const alike = Map.groupBy(allowed, ({ paths, methods }) => JSON.stringify([paths, methods]));
  const requests = [...alike.values()].flatMap((rules) =>
    rules.slice(0, 1).map(({ paths, methods }) => ({ paths, methods, mayCall: callersIn(rules) })),
  );
  // A host may have thousands of rules: to compare each with each other would take seconds.
  const isExact = ({ paths }: Pick<Rule, "paths">) =>
    paths.length > 0 && paths.every((path) => formOf(path) === "exact");
  const open = requests.filter((one) => !isExact(one));
  const byPath = Map.groupBy(
    requests.filter(isExact).flatMap((one) => one.paths.map((path) => ({ one, path }))),
    ({ path }) => path,
  );
  const around = (denied: Rule) =>
    isExact(denied)
      ? [...open, ...denied.paths.flatMap((path) => byPath.get(path)?.map(({ one }) => one) ?? [])]
      : requests;
  return (denied) =>
    around(denied).some(
      (one) =>
        listsMeet(denied.methods, one.methods, (a, b) => a === b) &&
        listsMeet(denied.paths, one.paths, pathsMeet) &&
        denied.from.some(one.mayCall),
    );
}
