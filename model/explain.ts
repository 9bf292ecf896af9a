import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Problem, show } from "./problem.ts";
import { formatPath, type Path, type Source, valueAt } from "./source.ts";

type Issue = z.core.$ZodIssue;

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
  return issues.flatMap((issue) => explainIssue(source, schema, issue, base));
}

function explainIssue(source: Source, schema: z.ZodType, issue: Issue, base: Path): Problem[] {
  const local = issue.path as Path;
  const path = [...base, ...local];
  const problem = (at: Path, why: string, fix: string): Problem => {
    const value = valueAt(source.data, at);
    return {
      ...source.positionOf(at),
      path: formatPath(at),
      ...(value === undefined ? {} : { value: show(value) }),
      why,
      fix,
    };
  };
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        ...problem([...path, key], ...unknownKey(key, keysAt(schema, local))),
        ...source.positionOfKey([...path, key]),
      }));
    case "invalid_union":
      return issue.errors.length === 0
        ? [problem(path, "none of the forms that this can have", choices(schema, local))]
        : fewest(issue.errors).flatMap((inner) =>
            explainIssue(source, schema, { ...inner, path: [...local, ...inner.path] } as Issue, base),
          );
    case "invalid_type":
      return [
        missing(source, path)
          ? problem(path, "this key is missing", `add ${path.at(-1)}: (${issue.expected})`)
          : problem(path, `${article(issue.expected)} belongs here`, `write ${article(issue.expected)}`),
      ];
    case "invalid_value":
      return [
        problem(
          path,
          "not one of the known values",
          nearestOf(valueAt(source.data, path), issue.values.map(String)),
        ),
      ];
    case "too_small":
      return [
        problem(
          path,
          `at least ${issue.minimum} ${unit(issue.origin)}`.trim(),
          `write ${issue.minimum} or more`,
        ),
      ];
    case "too_big":
      return [
        problem(
          path,
          `at most ${issue.maximum} ${unit(issue.origin)}`.trim(),
          `write ${issue.maximum} or less`,
        ),
      ];
    case "invalid_key":
      return issue.issues.flatMap((inner) => [problem(path, inner.message, fixOf(inner))]);
    default:
      return [problem(path, issue.message, fixOf(issue))];
  }
}

function fixOf(issue: Issue): string {
  const fix = issue.code === "custom" ? issue.params?.fix : undefined;
  return typeof fix === "string" ? fix : "correct the value";
}

function missing(source: Source, path: Path): boolean {
  const parent = valueAt(source.data, path.slice(0, -1));
  const last = path.at(-1);
  return typeof parent === "object" && parent !== null && last !== undefined && !Object.hasOwn(parent, last);
}

function unit(origin: string): string {
  return origin === "array" ? "entries" : origin === "string" ? "characters" : "";
}

function unknownKey(key: string, known: readonly string[]): [why: string, fix: string] {
  return ["no such key here", nearestOf(key, known)];
}

function nearestOf(value: unknown, known: readonly string[]): string {
  const all = `write one of ${known.join(", ")}`;
  if (typeof value !== "string" || known.length === 0) return known.length === 0 ? "remove it" : all;
  const best = closest(value.slice(0, 64), [...known]);
  return distance(value.slice(0, 64), best) <= Math.max(2, best.length / 3) ? `did you mean ${best}?` : all;
}

/** Of a union's forms, the complaints of the one that the value is nearest to. */
function fewest(errors: readonly (readonly Issue[])[]): readonly Issue[] {
  const weight = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
  return errors.reduce((best, issues) => (weight(issues) < weight(best) ? issues : best));
}

function choices(schema: z.ZodType, path: Path): string {
  const description = schemasAt(schema, path)
    .map((found) => found.description)
    .find((text) => text !== undefined);
  return description ?? "see docs/declaring.md for its forms";
}

function keysAt(schema: z.ZodType, path: Path): string[] {
  const keys = schemasAt(schema, path).flatMap((found) =>
    found instanceof z.ZodObject ? Object.keys(found.shape) : [],
  );
  return [...new Set(keys)].sort();
}

/** The schemas that stand at a path: several below a union. */
function schemasAt(schema: z.core.$ZodType, path: Path): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return schemasAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion && path.length >= 0)
    return schema.options.flatMap((option) => schemasAt(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return [schema as z.ZodType];
  if (schema instanceof z.ZodArray) return schemasAt(schema.element, rest);
  const child = schema instanceof z.ZodObject ? schema.shape[step] : undefined;
  return child === undefined ? [] : schemasAt(child, rest);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}
