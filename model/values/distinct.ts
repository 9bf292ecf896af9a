/** The values sorted, each once. */
export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
