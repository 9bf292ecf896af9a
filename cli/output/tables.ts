import Table from "cli-table3";
import { printable } from "../../model/index.ts";
import { COLUMNS, wrapped } from "./wrap.ts";

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
  width = process.stdout.columns || COLUMNS,
): string {
  const natural = head.map((name, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? "")), name.length),
  );
  const widths = fitted(natural, width - 1 - FRAME * head.length);
  const blocks = [head, ...rows].map((row) =>
    inLines(row.map((cell, column) => linesOf(cell, widths[column] ?? 1))),
  );
  const { top, lines, bottom } = framed(blocks.flat());
  const rule = top.replace("┌", "├").replaceAll("┬", "┼").replace("┐", "┤");
  let end = 0;
  const drawn = blocks.map(({ length }) => {
    end += length;
    return lines.slice(end - length, end).join("\n");
  });
  return [top, drawn.join(`\n${rule}\n`), bottom].join("\n");
}

/** The library's time grows with the square of its rows, and with the cube of a cell's lines. */
const ROWS_AT_ONCE = 20;

/** Rows of one line each in one frame, which the library draws part by part. */
function framed(rows: readonly string[][]) {
  const colWidths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, shownWidth(row[column] ?? "") + FRAME - 1), 0),
  );
  const parts = Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, part) => {
    // The library writes into the list of widths.
    const table = new Table({ colWidths: [...colWidths], style: { head: [], border: [], compact: true } });
    table.push(...rows.slice(part * ROWS_AT_ONCE, (part + 1) * ROWS_AT_ONCE));
    return table.toString().split("\n");
  });
  const [first = []] = parts;
  return {
    top: first[0] ?? "",
    lines: parts.flatMap((part) => part.slice(1, -1)),
    bottom: first.at(-1) ?? "",
  };
}

/** How many columns of the terminal a line takes: where a letter may take two or none, the library tells. */
function shownWidth(line: string): number {
  if (/^[ -~]*$/.test(line)) return line.length;
  const table = new Table({ style: { "padding-left": 0, "padding-right": 0, border: [] } });
  table.push([line]);
  return table.width - 2;
}

/** The lines of some cells side by side, each with as many as the highest. */
function inLines(columns: readonly (readonly string[])[]): string[][] {
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => columns.map((column) => column[line] ?? ""));
}

function widthOf(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

function linesOf(cell: string, columns: number): string[] {
  return cell.split("\n").flatMap((line) => wrapped(printable(line), { columns, cuts: true }));
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
