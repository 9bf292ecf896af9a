/** How wide a terminal is taken to be that does not say it. */
export const COLUMNS = 80;

/** How a text is laid on lines. */
interface Wrapping {
  /** How wide a line may be, with what it begins with. */
  readonly columns: number;
  /** What every line begins with. */
  readonly indent?: string;
  /** What the lines after the first begin with, where it is not the same. */
  readonly hanging?: string;
  /** Whether words that are longer than a line are cut, at a sign if there is one; as a rule they can be copied whole. */
  readonly cuts?: boolean;
}

/** One line of a text on lines that end between words. */
export function wrapped(
  line: string,
  { columns, indent = "", hanging = indent, cuts = false }: Wrapping,
): string[] {
  const room = Math.max(columns - Math.max(indent.length, hanging.length), 1);
  const part = `.{1,${room}}`;
  const long = cuts ? `${part}(?<=[/.:-])|${part}` : "\\S+(?:\\s|$)";
  const lines = line.match(new RegExp(`${part}(?:\\s|$)|${long}`, "gu")) ?? [""];
  return lines.map((one, index) => `${index === 0 ? indent : hanging}${one.trimEnd()}`);
}
