import Table from "cli-table3";

/** Rows under a head, for a terminal. */
export function terminalTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** The same as a table of Markdown, in which every cell is text alone. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inMarkdown).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function inMarkdown(text: string): string {
  return text
    .replace(/[&<>]/g, (letter) => ENTITIES[letter] ?? letter)
    .replace(/[\\`*_{}[\]|~@#]/g, "\\$&")
    .replaceAll("\n", "<br>");
}

/** The same as comma-separated values (RFC 4180), with the line ends of Unix. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(inCsv).join(",")).join("\n");
}

/** A spreadsheet takes what begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function inCsv(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
