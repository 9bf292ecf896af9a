import type { Compared } from "./compare.ts";

/** What the JSON is told by; a number more where a field goes or means something else. */
const VERSION = 1;

/** What changes, for programs; docs/comparing.md tells its fields. */
export function jsonText(from: string, to: string, environments: readonly Compared[]): string {
  return `${JSON.stringify({ version: VERSION, from, to, environments }, null, 2)}\n`;
}
