import Table from "cli-table3";
import type { WalkedRow } from "./row.ts";

const NARROWEST = 12;
const VERDICT = 6;
const PADDING = 2;

/** The rows as a table that fits a terminal of so many columns, where that is possible. */
export function table(rows: readonly WalkedRow[], terminal: number): string {
  const widths = columnWidths(terminal);
  const table = new Table({ style: { head: [], border: [] }, colWidths: widths });
  const lines = rows.map(({ step, command, expected, got, passed }) => [
    step,
    command,
    expected,
    got,
    passed ? "ok" : "FAIL",
  ]);
  for (const line of [["step", "command", "expected", "got", ""], ...lines])
    table.push(line.map((text, column) => shortened(wrap(text, (widths[column] ?? NARROWEST) - PADDING))));
  return table.toString();
}

/** The library's time grows with the cube of a cell's lines; the row's own report has told them all. */
const MOST_LINES = 12;

function shortened(text: string): string {
  const lines = text.split("\n");
  return lines.length <= MOST_LINES
    ? text
    : [...lines.slice(0, MOST_LINES - 1), `+${lines.length - MOST_LINES + 1} lines`].join("\n");
}

/** The columns' shares of a terminal's width, borders included. */
function columnWidths(terminal: number): number[] {
  const share = (part: number) => Math.max(NARROWEST, Math.floor((terminal - 12) * part));
  return [share(0.2), share(0.3), share(0.25), share(0.25), VERDICT];
}

/** Breaks lines between words, and inside a word only where it is longer than a line. */
export function wrap(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n");
}

function wrapLine(line: string, width: number): string[] {
  const lines = [""];
  const pieces = line.split(" ").flatMap((word) => piecesOf(word, width));
  for (const [index, piece] of pieces.entries()) {
    const last = lines.at(-1) ?? "";
    if (index > 0 && last.length + 1 + piece.length > width) lines.push(piece);
    else lines[lines.length - 1] = index === 0 ? piece : `${last} ${piece}`;
  }
  return lines;
}

/** A word that is longer than a line, in pieces as long as one; any other as it is. */
function piecesOf(word: string, width: number): string[] {
  return word.match(new RegExp(`.{1,${width}}`, "gu")) ?? [word];
}
