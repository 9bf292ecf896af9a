import type { Problem } from "../../model/index.ts";
import { COMMENT_CHARACTERS } from "../diff/markdown.ts";
import { inShortCode, markdownTable } from "../output/markdown.ts";
import type { Previewed } from "./preview.ts";

/** The first line of a comment of ours, which tells it from others when it is to be updated; nobody sees it. */
export const MARKER = "<!-- sallyport pull-request -->";

/** What the comment of a pull request is made of. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly diff: Diffed;
  readonly previews: readonly Previewed[];
}

/** What `sallyport diff` left. */
export interface Diffed {
  /** Of its exit code: nothing gained, access gained or protection weakened, a side refused, or no answer at all. */
  readonly outcome: "nothing gained" | "gained" | "refused" | "failed";
  /** What it printed as Markdown. */
  readonly markdown: string;
}

/** The diff keeps itself well under it. */
const MAX_CHARACTERS = COMMENT_CHARACTERS - 536;
/** Of a diff that another program printed. */
const TOO_LONG = "### Sallyport: what changes is too long for a comment; the job's artifact has it";
/** So many rows a table, the first number with which all fits. */
const ROWS = [20, 10, 3, 0] as const;

/** The comment, in Markdown: the diff first, then problems, then what the engine would do. */
export function commentOf(findings: Findings): string {
  const shown =
    findings.diff.markdown.trim() || "### Sallyport: what changes can't be told; the job's log says why";
  const texts = ROWS.map((rows) => [MARKER, shown, "", ...partsOf(findings, rows)].join("\n"));
  const fitting = [...texts, `${MARKER}\n${shown}\n`].find(({ length }) => length <= MAX_CHARACTERS);
  return fitting ?? `${MARKER}\n${TOO_LONG}\n`;
}

function partsOf({ problems, warnings, diff, previews }: Findings, rows: number): string[] {
  // A diff that is refused has named the problems already.
  const part = diff.outcome === "refused" ? folded : titled;
  return [
    part(`${problems.length} to mend`, problemTable(problems, rows)),
    titled(`${warnings.length} to look at`, problemTable(warnings, rows)),
    ...previews.map((preview) => previewOf(preview, rows)),
  ].filter((text) => text !== "");
}

function titled(title: string, body: string): string {
  return body === "" ? "" : `#### ${title}\n\n${body}`;
}

function folded(title: string, body: string): string {
  return body === "" ? "" : `<details><summary>${title}</summary>\n\n${body}\n</details>\n`;
}

function problemTable(problems: readonly Problem[], rows: number): string {
  const lines = problems.map(({ file, line, path, why, fix }) => [`${file}:${line}`, path, why, fix]);
  return table(["where", "what", "why", "fix"], lines, rows);
}

function previewOf({ stack, steps, failure }: Previewed, rows: number): string {
  if (failure !== undefined) return titled(`Preview of ${stack}`, `${failure}\n`);
  const counts = [...Map.groupBy(steps, ({ op }) => op)].map(([op, of]) => `${of.length} ${op}`);
  const summary = counts.length === 0 ? "nothing to do" : counts.join(", ");
  const lines = steps.map(({ op, kind, name }) => [op, kind, name]);
  return folded(`Preview of ${stack}: ${summary}`, table(["step", "kind", "name"], lines, rows) || "\n");
}

/** The first rows of a table, each cell text alone; empty where there are none. */
function table(head: readonly string[], lines: readonly (readonly string[])[], rows: number): string {
  if (lines.length === 0) return "";
  const shown = lines.slice(0, rows).map((cells) => cells.map(inShortCode));
  const more = lines.length > rows ? `\n… and ${lines.length - rows} more in the job's artifact\n` : "";
  return `${rows === 0 ? "" : `${markdownTable(head, shown)}\n`}${more}`;
}
