/** A table in Markdown, all columns to the right. */
export function markdown(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const rule = head.map(() => "--:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
