import type { Caller } from "../environment.ts";
import { callersMeet, formatCaller, isWithin, remaining } from "../rules/callers.ts";
import { ruleOf } from "../rules/make-rule.ts";
import type { Expired } from "../rules/notes.ts";
import type { WrittenRule } from "../rules/read-rules.ts";
import type { Rule } from "../rules/rule.ts";
import { problemAt } from "../source.ts";
import { slipsBy } from "./denied-paths.ts";
import type { WrittenHost } from "./hosts.ts";
import { haveDifferentGateways, placeOfRule, type SoundRule, type Subject, subjectOf } from "./rules.ts";
import { coverageAmong } from "./wildcards.ts";

/**
 * Closes what an exemption from a denial leaves open that has ended: who was exempt may have a rule by which a call
 * slips past the denial, as check refuses it of everybody else. For these callers the rule is left out.
 *
 * @returns the hosts without it, and what its owners have to hear
 */
export function closeEnded(written: readonly WrittenHost[]): {
  readonly hosts: readonly WrittenHost[];
  readonly expired: readonly Expired[];
} {
  if (!written.some(({ rules }) => rules.some(({ ended }) => ended.length > 0)))
    return { hosts: written, expired: [] };
  const coverage = coverageAmong(written);
  const expired = new Map<string, Expired>();
  const hosts = written.map((host) => {
    const { over, under } = coverage(host);
    const isTogether = (other: Subject) =>
      other.host.owner === host.owner && !haveDifferentGateways(host, other.host);
    const denials = [subjectOf(host), ...[...over, ...under].filter(isTogether)]
      .flatMap(({ deny }) => deny)
      .filter(({ rule, ended }) => ended.length > 0 && !rule.audit);
    if (denials.length === 0) return host;
    const { allow } = subjectOf(host);
    const rules = host.rules.map((written) => {
      const allowed = allow.find((one) => one === written);
      if (allowed === undefined) return written;
      const slips = denials.flatMap((denied) =>
        slipsBy(onlyEnded(denied), [allowed]).map(({ path }) => ({ denied, path })),
      );
      for (const { denied, path } of slips) {
        const told = tellClosed(allowed, denied, path);
        expired.set(JSON.stringify(told), told);
      }
      return slips.length === 0
        ? written
        : without(
            allowed,
            slips.flatMap(({ denied }) => endedOf(denied)),
          );
    });
    return { ...host, rules };
  });
  return { hosts, expired: [...expired.values()] };
}

/** Of whom a denial is about those that were exempt from it. */
function endedOf({ rule, ended }: SoundRule): Caller[] {
  return rule.from.flatMap((caller) =>
    ended.flatMap((one) => (isWithin(one, caller) ? [one] : isWithin(caller, one) ? [caller] : [])),
  );
}

function onlyEnded(denied: SoundRule): Rule {
  return { ...denied.rule, from: endedOf(denied) };
}

function without(allowed: SoundRule, callers: readonly Caller[]): WrittenRule {
  const { key: _key, ...content } = allowed.rule;
  const { from, except } = content;
  const left = callers.filter((caller) => from.some((other) => callersMeet(caller, other)));
  const narrowed = ruleOf("allow", { ...content, except: [...except, ...left] });
  return remaining(narrowed).from.length === 0
    ? { ...allowed, rule: undefined, isOver: true }
    : { ...allowed, rule: narrowed };
}

function tellClosed(allowed: SoundRule, denied: SoundRule, path: string): Expired {
  const names = endedOf(denied)
    .filter((caller) => allowed.rule.from.some((other) => callersMeet(caller, other)))
    .map(formatCaller)
    .join(", ");
  return {
    owner: allowed.rule.owner,
    problem: problemAt(
      allowed.source,
      allowed.path,
      undefined,
      `the exemption of ${names} from the denial at ${placeOfRule(denied)} has ended, and this would let calls slip past it: it is left out for ${names}`,
      `name the paths that may be called (paths:), not ${path}; or give the exemption a later day`,
    ),
  };
}
