import { printable } from "../../model/index.ts";

/** Rows under a head, as a table of Markdown; the cells are Markdown already, each on one line. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * A text as code, in a table's cell or anywhere else: nothing in it is markup, a link or somebody's name. What can't be
 * between backticks is written as character references.
 */
export function inCode(text: string): string {
  const shown = printable(text);
  if (/^(?! )[\x20-\x7e→−…]*(?<! )$/.test(shown) && !/[`|\\]/.test(shown))
    return shown === "" ? "" : `\`${shown}\``;
  const references = shown.replace(/[^a-zA-Z0-9 ]/gu, (letter) => `&#${letter.codePointAt(0)};`);
  return `<code>${references}</code>`;
}

/** As {@link inCode}, for a text of several lines. */
export function linesInCode(text: string): string {
  return text.split("\n").map(inCode).join("<br>");
}

/** In a comment nobody reads longer texts, and what is no plain letter takes several. */
const MOST_LETTERS = { plain: 300, other: 60 } as const;

/** As {@link inCode}, of a long text its beginning. */
export function inShortCode(text: string): string {
  const letters = [...text];
  const code = inCode(text);
  const most = code.startsWith("<code>") ? MOST_LETTERS.other : MOST_LETTERS.plain;
  return letters.length <= most ? code : inCode(`${letters.slice(0, most - 1).join("")}…`);
}
