import type { WalkedRow } from "../../walk/row.ts";

/** Shows how far a walk is. */
export function print(line: WalkedRow | string): void {
  process.stdout.write(typeof line === "string" ? `${line}\n` : `  ${line.step}: ${line.got}\n`);
}
