import { cpus, loadavg, totalmem } from "node:os";

/** The middle value, the upper one of two; NaN for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** One line on what the numbers were measured on, and how busy it was. */
export function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${gigabytes} GB, load ${load}`;
}

/** A table in Markdown, all columns to the right. */
export function markdown(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const rule = head.map(() => "--:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
