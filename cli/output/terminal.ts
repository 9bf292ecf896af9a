import { COLUMNS, wrapped } from "./wrap.ts";

/** What is asked of an output. */
type Output = Pick<NodeJS.WriteStream, "columns" | "isTTY">;

/** Below that, lines of single words are harder to read than what the terminal makes of longer ones. */
const LEAST_COLUMNS = 40;

/** How wide lines may be: as wide as the terminal, and 80 columns where there is none or it does not say it. */
export function columnsOf({ columns, isTTY }: Output): number {
  return isTTY && columns > 0 ? Math.max(columns, LEAST_COLUMNS) : COLUMNS;
}

/** A text as it is shown: on a terminal as wide as that is; elsewhere each line as it is, for whoever searches them. */
export function shownOn(output: Output, text: string): string {
  if (!output.isTTY) return text;
  const columns = columnsOf(output);
  return text
    .split("\n")
    .flatMap((line) => {
      const own = line.trimStart();
      const indent = line.slice(0, line.length - own.length);
      return wrapped(own, { columns, indent, hanging: `${indent}    ` });
    })
    .join("\n");
}

/** Tells whoever runs the command, on stderr. */
export function tell(text: string): void {
  process.stderr.write(shownOn(process.stderr, text));
}
