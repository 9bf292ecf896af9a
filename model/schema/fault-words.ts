import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import type { Problem } from "../problem.ts";
import { type Path, problemAt, type Source, valueAt } from "../source.ts";
import { keysAt, schemasAt } from "./path.ts";

type Issue = z.core.$ZodIssue;

/** What is explained: a value of a file, where it stands in it, and its schema. */
interface Subject {
  readonly source: Source;
  readonly schema: z.ZodType;
  readonly base: Path;
}

/**
 * A schema's complaints as problems with positions.
 *
 * @param base the path in the file of the value that was parsed
 */
export function explain(
  source: Source,
  schema: z.ZodType,
  issues: readonly Issue[],
  base: Path = [],
): Problem[] {
  return issues.flatMap((issue) => explainIssue({ source, schema, base }, issue));
}

function explainIssue(subject: Subject, issue: Issue): Problem[] {
  const path = issue.path as Path;
  const one = (why: string, fix: string) => [problem(subject, path, why, fix)];
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownKeys(subject, path, issue.keys);
    case "invalid_union":
      return issue.errors.length === 0
        ? explainChoice(subject, path)
        : explainForms(subject, path, issue.errors);
    case "invalid_type":
      return [explainType(subject, path, issue.expected)];
    case "invalid_value":
      if (isMissing(subject, path)) return explainChoice(subject, path);
      // A switch that has one position: the other one is to leave it out.
      if (issue.values.length === 1 && issue.values[0] === !foundAt(subject, path))
        return one(
          `${issue.values[0]} is all that can be written here: ${!issue.values[0]} is the default, without the key`,
          "remove it",
        );
      return one("not one of the known values", nearestOf(foundAt(subject, path), issue.values.map(String)));
    case "too_small":
      return issue.minimum === Number.MIN_SAFE_INTEGER ? [] : one(...tooSmall(issue));
    case "too_big":
      // zod reports a number beyond all whole numbers twice; the schema's own bound says more.
      return issue.maximum === Number.MAX_SAFE_INTEGER ? [] : one(...tooBig(issue));
    case "invalid_key":
      return issue.issues.flatMap((inner) => one(inner.message, fixOf(inner)));
    default:
      return one(issue.message, fixOf(issue));
  }
}

function problem({ source, base }: Subject, path: Path, why: string, fix: string): Problem {
  const at = [...base, ...path];
  return problemAt(source, at, valueAt(source.data, at), why, fix);
}

function foundAt({ source, base }: Subject, path: Path): unknown {
  return valueAt(source.data, [...base, ...path]);
}

function isMissing(subject: Subject, path: Path): boolean {
  const parent = foundAt(subject, path.slice(0, -1));
  const last = path.at(-1);
  return typeof parent === "object" && parent !== null && last !== undefined && !Object.hasOwn(parent, last);
}

/** A word that some look for, wherever they do. */
function unknownKey(key: string, known: readonly string[]): [why: string, fix: string] {
  return key === "mutualTLS"
    ? ["the hop to a gateway always has mutual TLS: without it nobody could tell who calls", "remove it"]
    : ["no such key here", nearestOf(key, known)];
}

function unknownKeys(subject: Subject, path: Path, keys: readonly string[]): Problem[] {
  const known = keysAt(subject.schema, path);
  return keys.map((key) => ({
    ...problem(subject, [...path, key], ...unknownKey(key, known)),
    ...subject.source.positionOfKey([...subject.base, ...path, key]),
  }));
}

/** How a file's author calls what zod calls by JavaScript's types. */
const WORDS: Readonly<Record<string, string>> = {
  object: "a map of keys and values",
  record: "a map of keys and values",
  array: "a list",
  string: "text",
  number: "a whole number",
  int: "a whole number",
};

function explainType(subject: Subject, path: Path, expected: string): Problem {
  const words = WORDS[expected] ?? expected;
  return isMissing(subject, path)
    ? missingKey(subject, path, describe(subject, path, words))
    : problem(subject, path, `${words} belongs here`, typeFix(subject, path, expected));
}

function missingKey(subject: Subject, path: Path, what: string): Problem {
  return problem(subject, path, "this key is missing", `add ${path.at(-1)}: (${what})`);
}

function typeFix(subject: Subject, path: Path, expected: string): string {
  const words = WORDS[expected] ?? expected;
  const found = foundAt(subject, path);
  if (path.length === 0 && subject.base.length === 0)
    return `write ${words}; docs/reference.md shows which keys`;
  if (found === null) return `write ${words}, or remove the key`;
  const accepts = (other: unknown) =>
    schemasAt(subject.schema, path).some((schema) => schema.safeParse(other).success);
  if (typeof found !== "string" && typeof found !== "object" && accepts(String(found)))
    return `write it in quotes: "${found}"`;
  if (typeof found === "string" && found !== "" && accepts(Number(found)))
    return `write it without quotes: ${Number(found)}`;
  // A host may end in 127.1s, not be 128s.
  if (typeof found === "number" && accepts(`${found}s`) && accepts(`${Math.ceil(found)}s`))
    return `write a time with its unit, such as ${found}s`;
  if (expected === "array")
    return "write a list: each entry on a line of its own after a dash, or all in [ ]";
  return `write ${describe(subject, path, words)}`;
}

/** What belongs at a path: its schema's description where it has one. */
function describe(subject: Subject, path: Path, words: string): string {
  const known = descriptionAt(subject, path);
  return known === undefined ? words : `${words}. ${known}`;
}

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall): [why: string, fix: string] {
  if (origin === "array") return [`this list has too few entries: at least ${minimum}`, "add an entry"];
  if (origin === "string") return ["this can't be empty", "write a value"];
  return [`at least ${minimum}`, `write ${minimum} or more`];
}

function tooBig({ origin, maximum }: z.core.$ZodIssueTooBig): [why: string, fix: string] {
  return origin === "array"
    ? [`this list has too many entries: at most ${maximum}`, "remove some"]
    : [`at most ${maximum}`, `write ${maximum} or less`];
}

function fixOf(issue: Issue): string {
  const fix = issue.code === "custom" ? issue.params?.fix : undefined;
  return typeof fix === "string" ? fix : "correct the value";
}

/** The word that tells a map's form is missing or unknown. */
function explainChoice(subject: Subject, path: Path): Problem[] {
  const words = schemasAt(subject.schema, path).flatMap((found) =>
    found instanceof z.ZodLiteral
      ? [...found.values].map(String)
      : found instanceof z.ZodEnum
        ? found.options.map(String)
        : [],
  );
  return [
    isMissing(subject, path)
      ? missingKey(subject, path, `one of ${words.join(", ")}`)
      : problem(subject, path, "not one of the known values", nearestOf(foundAt(subject, path), words)),
  ];
}

/**
 * A map fits none of several forms. Which one was meant is told by the keys that it alone has: its complaints are
 * given then. Keys of two forms, or of none, are a problem of their own.
 */
function explainForms(subject: Subject, path: Path, errors: readonly (readonly Issue[])[]): Problem[] {
  const value = foundAt(subject, path);
  const forms = descriptionAt(subject, path)?.replace(/\.$/, "") ?? "one of the forms in docs/reference.md";
  const choices = `write ${forms}`;
  if (isMissing(subject, path)) return [missingKey(subject, path, forms)];
  const inner = (index: number): Problem[] =>
    (errors[index] ?? []).flatMap((issue) =>
      explainIssue(subject, { ...issue, path: [...path, ...issue.path] } as Issue),
    );
  const list = schemasAt(subject.schema, path)
    .find((found) => found instanceof z.ZodUnion)
    ?.options.findIndex((form) => form instanceof z.ZodArray);
  if (Array.isArray(value) && list !== undefined && list >= 0) return inner(list);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [problem(subject, path, "a map of keys and values belongs here", choices)];
  const keysOfForms = schemasAt(subject.schema, path)
    .filter((found) => found instanceof z.ZodObject)
    .map((form) => Object.keys(form.shape));
  const own = keysOfForms.map((keys) =>
    keys.filter((key) => !keysOfForms.every((other) => other.includes(key))),
  );
  const used = own.map((keys) => keys.filter((key) => Object.hasOwn(value, key)));
  const meant = used.flatMap((keys, index) => (keys.length > 0 ? [index] : []));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return inner(only);
  const unknown = Object.keys(value).filter((key) => !keysOfForms.some((keys) => keys.includes(key)));
  const problems = unknownKeys(subject, path, unknown);
  if (meant.length > 1)
    problems.push(
      problem(
        subject,
        path,
        `${used.flatMap(([key]) => key ?? []).join(" and ")} do not go together`,
        choices,
      ),
    );
  else if (unknown.length === 0)
    problems.push(
      problem(subject, path, `one of ${own.flatMap(([key]) => key ?? []).join(", ")} is missing`, choices),
    );
  return problems;
}

function nearestOf(value: unknown, known: readonly string[]): string {
  const all = `write one of ${known.join(", ")}`;
  if (typeof value !== "string" || known.length === 0) return known.length === 0 ? "remove it" : all;
  const best = closest(value.slice(0, 64), [...known]);
  return distance(value.slice(0, 64), best) <= Math.max(1, best.length / 3) ? `did you mean ${best}?` : all;
}

function descriptionAt({ schema }: Subject, path: Path): string | undefined {
  return schemasAt(schema, path)
    .map((found) => found.description)
    .find((text) => text !== undefined);
}
