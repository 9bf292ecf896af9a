import { concerns } from "../rules/cover.ts";
import type { Notes } from "../rules/notes.ts";
import type { Rule } from "../rules/rule.ts";
import { formOf, slipsPast } from "../values/paths.ts";
import { oncePerRule, placeOfRule, type SoundRule, type Subject, type Told } from "./rules.ts";

/**
 * Finds denials by path that a call slips past: a path in other letters' case, or with ;params, is another path to the
 * gateway, and may be the same to the host. What a wildcard allows and denies holds for the names under it too.
 *
 * @param wildcards those over the host that may be at its gateway, with their rules
 */
export function checkDeniedPaths(
  subject: Subject,
  wildcards: readonly Subject[],
  { problems, warnings }: Notes,
  told: Told,
): void {
  const listOf = ({ rule }: SoundRule) => (rule.audit ? warnings : problems);
  const { host } = subject;
  const allowing = [subject, ...wildcards].map((one) => ({ one, open: one.allow.filter(isOpen) }));
  for (const denied of subject.deny) {
    const [slip] = allowing.flatMap(({ one, open }) =>
      slipsBy(denied.rule, open).map((slip) => ({ ...slip, one })),
    );
    if (slip === undefined) continue;
    const { path, allowed, one } = slip;
    const why = `${host.host} may take ${othersLike(path)} for the same, which this does not refuse`;
    const fix = "name the paths that may be called: one that is not among them needs no denial";
    const fault = oncePerRule(told, "slips", listOf(denied), denied);
    if (one === subject) fault(["paths"], path, why, `let the rules that allow ${fix}`);
    else
      fault(
        ["paths"],
        path,
        `${why}, and the rule at ${placeOfRule(allowed)} allows for all of ${one.host.host}`,
        `let the rules that allow, that one too, ${fix}`,
      );
  }
  for (const wildcard of wildcards) {
    // What holds for both of them is told of the one or the other already.
    const open = subject.allow.filter((rule) => isOpen(rule) && !wildcard.allow.includes(rule));
    for (const denied of wildcard.deny.filter((rule) => !subject.deny.includes(rule)))
      for (const { path, allowed } of slipsBy(denied.rule, open))
        oncePerRule(told, "slips", listOf(denied), allowed)(
          ["paths"],
          undefined,
          `${host.host} may take ${othersLike(path)} for ${path}, which the rule at ${placeOfRule(denied)} refuses for all of ${wildcard.host.host}, and this allows`,
          `name the paths that may be called (paths:), not ${path}`,
        );
  }
}

/** Whether a rule allows a path in more than one way to write it. */
function isOpen({ rule: { paths } }: SoundRule): boolean {
  return paths.length === 0 || paths.some((path) => formOf(path) !== "exact");
}

/** The rules that allow somebody the like of a path that is denied, each with the first such path. */
export function slipsBy(
  denied: Rule,
  open: readonly SoundRule[],
): { readonly allowed: SoundRule; readonly path: string }[] {
  if (denied.paths.length === 0) return [];
  return open.flatMap((allowed) => {
    const { paths } = allowed.rule;
    if (!concerns(denied, allowed.rule)) return [];
    const path = denied.paths.find(
      (path) => paths.length === 0 || paths.some((open) => slipsPast(open, path)),
    );
    return path === undefined ? [] : [{ allowed, path }];
  });
}

function othersLike(path: string): string {
  return `${path.toUpperCase()} or ${path.replace(/\/?\*$/, "")};x`;
}
