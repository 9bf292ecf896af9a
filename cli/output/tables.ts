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
  const line = (cells: readonly string[]) => cells.map((cell, column) => wrapped(cell, widths[column] ?? 1));
  const table = new Table({ head: line(head), style: { head: [], border: [] } });
  table.push(...rows.map(line));
  return table.toString();
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
