import Table from "cli-table3";
import { printable } from "../../model/index.ts";

const NARROW = 80;
/** Of a column, its line and the spaces. */
const FRAME = 3;

/**
 * Rows under a head, for a terminal.
 *
 * @param width how wide it may be, in letters; what is too long goes on in the next line
 */
export function terminalTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns ?? NARROW,
): string {
  const natural = head.map((name, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? "")), name.length),
  );
  const widths = fitted(natural, width - 1 - FRAME * head.length);
  const blocks = [head, ...rows].map((row) =>
    inLines(row.map((cell, column) => wrapped(cell, widths[column] ?? 1))),
  );
  // The library's time grows with the cube of a cell's lines, so each line is a row of it.
  const table = new Table({ style: { head: [], border: [], compact: true } });
  table.push(...blocks.flat());
  const lines = table.toString().split("\n");
  const [top = "", bottom = ""] = [lines.shift(), lines.pop()];
  const rule = top.replace("┌", "├").replaceAll("┬", "┼").replace("┐", "┤");
  const drawn = blocks.map(({ length }) => lines.splice(0, length).join("\n"));
  return [top, drawn.join(`\n${rule}\n`), bottom].join("\n");
}

/** The lines of some cells side by side, each with as many as the highest. */
function inLines(cells: readonly string[]): string[][] {
  const columns = cells.map((cell) => cell.split("\n"));
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => columns.map((column) => column[line] ?? ""));
}

function widthOf(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

/** Lines end between words; within one where it is longer than a line, at a sign if there is one. */
function wrapped(text: string, width: number): string {
  const part = `.{1,${width}}`;
  const lines = new RegExp(`${part}(?:\\s|$)|${part}(?<=[/.:-])|${part}`, "gu");
  return text
    .split("\n")
    .flatMap((line) => printable(line).match(lines) ?? [""])
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Widths of which the widest give way, until all have room; none becomes less than a word of its head may need. */
function fitted(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, one) => sum + one, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.max((widths[widest] ?? 0) - 1, 1);
  }
  return widths;
}

/** Rows as comma-separated values (RFC 4180), with the line ends of Unix. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(inCsv).join(",")).join("\n");
}

/** A spreadsheet takes what begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function inCsv(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
