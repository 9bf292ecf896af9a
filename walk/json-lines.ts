/** The lines of a log that are JSON objects: a gateway's own, without what its agent writes. */
export function jsonLines<Line>(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}
