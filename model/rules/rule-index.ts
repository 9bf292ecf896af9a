import { beginningOf, formOf, literalOf } from "../values/paths.ts";
import { formatCaller, remaining } from "./callers.ts";
import { EVERYONE, type Rule } from "./rule.ts";

/** So many are sooner compared than sorted. */
const FEW = 24;

/**
 * Finds the rules of a list that may cover another one, by its first caller or its first path, whichever leaves fewer.
 * A host may have thousands of rules: to compare each with each other would take minutes.
 *
 * @returns for a rule all that cover it and some that may not, in the list's order
 */
export function rulesAround<R extends { readonly rule: Rule }>(
  rules: readonly R[],
): (narrow: Rule) => readonly R[] {
  if (rules.length <= FEW) return () => rules;
  const byCaller = placesBy(rules, ({ from }) => from.map(formatCaller));
  const byPath = placesBy(rules, ({ paths }) => (paths.length === 0 ? [ANY_PATH] : paths));
  const lengths = literalLengths(rules.flatMap(({ rule }) => rule.paths));
  return (narrow) => {
    const [caller] = remaining(narrow).from;
    if (caller === undefined) return rules;
    const [path] = narrow.paths;
    const wholeNamespace = { namespace: caller.namespace };
    const callers = [caller, wholeNamespace, EVERYONE].map(formatCaller);
    const paths = path === undefined ? [ANY_PATH] : [ANY_PATH, path, ...patternsAround(path, lengths)];
    const [some, others] = [placesOf(byCaller, callers), placesOf(byPath, paths)];
    return (some.length < others.length ? some : others).flatMap((place) => rules[place] ?? []);
  };
}

/** Stands for rules that name no path. */
const ANY_PATH = "";

type Places = ReadonlyMap<string, readonly number[]>;

function placesBy(
  rules: readonly { readonly rule: Rule }[],
  keysOf: (rule: Rule) => readonly string[],
): Places {
  const places = new Map<string, number[]>();
  for (const [place, { rule }] of rules.entries())
    for (const key of keysOf(rule)) {
      const known = places.get(key);
      if (known === undefined) places.set(key, [place]);
      else known.push(place);
    }
  return places;
}

/** Under any of the keys, each place once, sorted. */
function placesOf(places: Places, keys: readonly string[]): readonly number[] {
  const found = new Set([...new Set(keys)].flatMap((key) => places.get(key) ?? []));
  return [...found].sort((a, b) => a - b);
}

/** How long the prefixes and suffixes are that rules name. */
interface Lengths {
  readonly prefixes: ReadonlySet<number>;
  readonly suffixes: ReadonlySet<number>;
}

function literalLengths(paths: readonly string[]): Lengths {
  const of = (form: string) =>
    new Set(paths.filter((path) => formOf(path) === form).map((path) => literalOf(path).length));
  return { prefixes: of("prefix"), suffixes: of("suffix") };
}

/** The prefixes and suffixes of these lengths that cover a path. */
function patternsAround(path: string, { prefixes, suffixes }: Lengths): string[] {
  const [beginning, literal] = [beginningOf(path), literalOf(path)];
  const fitting = (lengths: ReadonlySet<number>, longest: number) =>
    [...lengths].filter((length) => length <= longest);
  return [
    ...fitting(prefixes, beginning.length).map((length) => `${beginning.slice(0, length)}*`),
    ...fitting(suffixes, literal.length).map((length) => `*${literal.slice(literal.length - length)}`),
  ];
}
