import type { Problem } from "../../model/index.ts";
import { COMMENT_CHARACTERS } from "../diff/markdown.ts";
import { markdown } from "../tables.ts";
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

/** Some are for the word that the diff was cut. */
const MAX_CHARACTERS = COMMENT_CHARACTERS - 536;
const MAX_ROWS = 20;

/** The comment, in Markdown: the diff first, then problems, then what the engine would do. */
export function commentOf({ problems, warnings, diff, previews }: Findings): string {
  const shown = diff.markdown.trim() || "### Sallyport: what changes can't be told; the job's log says why";
  // A diff that is refused has named the problems already.
  const part = diff.outcome === "refused" ? folded : titled;
  const rest = [
    part(`${problems.length} to mend`, problemTable(problems)),
    titled(`${warnings.length} to look at`, problemTable(warnings)),
    ...previews.map(previewOf),
  ].filter((text) => text !== "");
  const room = MAX_CHARACTERS - MARKER.length - rest.join("\n").length;
  const cut = `${shown.slice(0, Math.max(0, room))}\n\n… (too long to show; the job's artifact has the whole)`;
  return [MARKER, shown.length > room ? cut : shown, "", ...rest].join("\n");
}

function titled(title: string, body: string): string {
  return body === "" ? "" : `#### ${title}\n\n${body}`;
}

function folded(title: string, body: string): string {
  return body === "" ? "" : `<details><summary>${title}</summary>\n\n${body}\n</details>\n`;
}

function problemTable(problems: readonly Problem[]): string {
  const rows = problems.map(({ file, line, path, why, fix }) => [`${file}:${line}`, path, why, fix]);
  return table(["where", "what", "why", "fix"], rows);
}

function previewOf({ stack, steps, failure }: Previewed): string {
  if (failure !== undefined) return titled(`Preview of ${stack}`, `${failure}\n`);
  const counts = [...Map.groupBy(steps, ({ op }) => op)].map(([op, of]) => `${of.length} ${op}`);
  const summary = counts.length === 0 ? "nothing to do" : counts.join(", ");
  const rows = steps.map(({ op, type, name }) => [op, type, name]);
  return folded(`Preview of ${stack}: ${summary}`, table(["step", "type", "name"], rows) || "\n");
}

/** The first rows of a table, each cell text alone; empty where there are none. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const shown = rows.slice(0, MAX_ROWS).map((cells) => cells.map(short));
  const more = rows.length > MAX_ROWS ? `\n… and ${rows.length - MAX_ROWS} more\n` : "";
  return `${markdown(head, shown)}\n${more}`;
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
