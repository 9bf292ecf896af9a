/**
 * One thing that is wrong with what was declared: where it stands, what was found, why it can't be, and how to
 * mend it. Every problem of an input is reported at once.
 */
export interface Problem {
  /** The file's path as it was given; of a program's declaration, the part that is meant. */
  readonly file: string;
  /** Counted from 1; 1 where a whole file is meant. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** The path of the value, such as `hosts[3].tls`; empty for the whole document. */
  readonly path: string;
  /** The value as found, shortened to one line; absent where there is none to show. */
  readonly value?: string;
  /** Why it can't be. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
}

/** Where a declaration stands in the files. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** As compilers and editors write it: `stacks/dev.yaml:12:9`. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

const SHOWN_CHARACTERS = 80;

/** A value on one line, short enough for a message, whatever its size and depth. */
export function show(value: unknown): string {
  const text = preview(value, SHOWN_CHARACTERS + 1);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text;
}

/** The value as JSON, or a beginning of it of at least `room` characters. */
function preview(value: unknown, room: number): string {
  if (typeof value === "string") return printable(JSON.stringify(value.slice(0, room)));
  if (typeof value !== "object" || value === null) return String(value);
  const list = Array.isArray(value);
  let text = list ? "[" : "{";
  for (const key in value) {
    if (text.length > room) return text;
    if (text.length > 1) text += ",";
    if (!list) text += `${preview(key, room - text.length)}:`;
    text += preview((value as Record<string, unknown>)[key], Math.max(1, room - text.length));
  }
  return `${text}${list ? "]" : "}"}`;
}

/** Characters that would steer a terminal or reorder its text; what a file holds must not do that. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with every character that is not to be seen written as JSON does: `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/**
 * The problem as three lines for a terminal.
 *
 * @example
 * stacks/dev.yaml:12:9 hosts[0].host = "https://a.example"
 *   why: a host has no scheme
 *   fix: write a.example
 */
export function formatProblem(problem: Problem): string {
  const where = formatPosition(problem);
  const what = [problem.path, problem.value].filter((part) => part !== undefined && part !== "").join(" = ");
  return [`${where} ${what}`.trimEnd(), `  why: ${problem.why}`, `  fix: ${problem.fix}`]
    .map(printable)
    .join("\n");
}

/** Problems in the order of the files' names, then of their lines. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.path, b.path) ||
      compare(a.why, b.why),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
