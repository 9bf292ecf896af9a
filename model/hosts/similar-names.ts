import { distance } from "fastest-levenshtein";
import type { Caller } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { formatCaller } from "../rules/callers.ts";
import type { WrittenRule } from "../rules/read-rules.ts";
import { isEveryone } from "../rules/rule.ts";
import { problemAt } from "../source.ts";
import { placeOfRule } from "./rules.ts";

/** So many names are not a person's to mistype, and to compare each with each other would take long. */
const MANY = 1_000;

/** Where a name stands in rules; it is known where something else declares it. */
interface Use {
  readonly rules: Set<WrittenRule>;
  readonly isKnown: boolean;
}

/**
 * Warns of namespaces and accounts that one rule alone names of those that allow, and that are a slip away from
 * another name: nothing declares which there are, so that a name which nobody has is found by what it is like.
 *
 * @param rules each once
 * @param known the namespaces that the environment names elsewhere
 */
export function similarNames(rules: readonly WrittenRule[], known: readonly string[]): Problem[] {
  const namespaces = new Map<string, Use>(known.map((name) => [name, { rules: new Set(), isKnown: true }]));
  const accounts = new Map<string, Map<string, Use>>();
  for (const written of rules.filter(({ action }) => action === "allow"))
    for (const caller of [...(written.rule?.from ?? []), ...(written.rule?.except ?? [])]) {
      if (isEveryone(caller)) continue;
      note(namespaces, caller.namespace, written);
      if (caller.account === undefined) continue;
      const own = accounts.get(caller.namespace) ?? new Map<string, Use>();
      accounts.set(caller.namespace, own);
      note(own, caller.account, written);
    }
  return [
    ...slips(namespaces, (namespace) => ({ namespace })),
    ...[...accounts].flatMap(([namespace, own]) => slips(own, (account) => ({ namespace, account }))),
  ];
}

function note(names: Map<string, Use>, name: string, rule: WrittenRule): void {
  const use = names.get(name) ?? { rules: new Set<WrittenRule>(), isKnown: false };
  use.rules.add(rule);
  names.set(name, use);
}

function slips(names: ReadonlyMap<string, Use>, callerOf: (name: string) => Caller): Problem[] {
  if (names.size > MANY) return [];
  const told = new Set<string>();
  return [...names].flatMap(([name, { rules, isKnown }]) => {
    const [rule, ...more] = rules;
    if (isKnown || rule === undefined || more.length > 0) return [];
    const meant = [...names].find(([other]) => !told.has(other) && isSlip(name, other));
    if (meant === undefined) return [];
    told.add(name);
    const [other, use] = meant;
    const [elsewhere] = use.rules;
    const where = elsewhere === undefined ? "" : `, as at ${placeOfRule(elsewhere)}`;
    return [
      problemAt(
        rule.source,
        rule.path,
        formatCaller(callerOf(name)),
        `only this rule names it, and it is nearly ${formatCaller(callerOf(other))}`,
        `if that is meant, write ${formatCaller(callerOf(other))}${where}`,
      ),
    ];
  });
}

/** A letter more, less, other or in its neighbour's place. Numbers and short parts tell names apart: `eu-1`, `eu-2`. */
function isSlip(one: string, other: string): boolean {
  const [parts, others] = [one.split("-"), other.split("-")];
  if (one === other || parts.length !== others.length) return false;
  const different = parts.flatMap((part, index) => {
    const rest = others[index] ?? "";
    return part === rest ? [] : [[part, rest] as const];
  });
  const [pair, ...more] = different;
  if (pair === undefined || more.length > 0) return false;
  const [a, b] = pair;
  if (Math.min(a.length, b.length) < 4 || /\d/.test(a + b)) return false;
  const apart = distance(a, b);
  return apart === 1 || (apart === 2 && [...a].sort().join() === [...b].sort().join());
}
