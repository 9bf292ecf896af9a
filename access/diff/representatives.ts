import { jointText } from "../matrix/joint.ts";

/** No rule names it. */
const UNNAMED = "~~";

/**
 * Texts that a pattern takes, one for each way in which it meets others: first one that the others do not name, then
 * one in common with each.
 */
export function representatives(own: string, others: readonly string[]): string[] {
  const unnamed = own.replaceAll(/\{\*\*?\}/g, UNNAMED).replace(/^\*|\*$/, UNNAMED);
  return [...new Set([unnamed, ...new Set(others)].flatMap((other) => jointText(own, other) ?? []))];
}
