import { styleText } from "node:util";
import { formatProblem, printable } from "../../model/problem.ts";
import { wrapped } from "../output/wrap.ts";
import type { Compared } from "./compare.ts";
import { type Section, sectionsOf } from "./sections.ts";

/** How a terminal is. */
interface Terminal {
  readonly columns: number;
  readonly isColoured: boolean;
}

/** Told apart by those who see no red or green, and on a light ground as on a dark one; signs say the same. */
const COLOURS = { alarming: "magentaBright", calming: "blueBright" } as const;

/** What changes, for a terminal. */
export function terminalText(
  from: string,
  to: string,
  compared: readonly Compared[],
  terminal: Terminal,
): string {
  const lines = [
    ...linesOf(`${from} → ${to}`, "", terminal),
    ...compared.flatMap((one) => ["", ...environmentLines(one, terminal)]),
  ];
  return `${lines.join("\n")}\n`;
}

function environmentLines({ name, status, diff, problems }: Compared, terminal: Terminal): string[] {
  const title = styled(printable(status === "compared" ? name : `${name} (${status})`), "bold", terminal);
  if (diff === undefined)
    return [
      title,
      ...problems.flatMap((problem) => [
        `  ${problem.side}:`,
        ...formatProblem(problem)
          .split("\n")
          .flatMap((line) =>
            wrapped(line.trimStart(), {
              columns: terminal.columns,
              indent: line.startsWith(" ") ? "      " : "    ",
            }),
          ),
      ]),
    ];
  const sections = sectionsOf(diff).filter(({ entries }) => entries.length > 0);
  return [
    title,
    ...(sections.length === 0 ? ["  no change"] : []),
    ...sections.flatMap((one) => sectionLines(one, terminal)),
  ];
}

function sectionLines({ title, sign, weight, entries }: Section, terminal: Terminal): string[] {
  const colour = weight === "plain" ? undefined : COLOURS[weight];
  const shown = (line: string) => (colour === undefined ? line : styled(line, colour, terminal));
  return [
    `  ${shown(`${title} (${entries.length})`)}`,
    ...entries.flatMap(({ text, below }) => [
      ...linesOf(text, "      ", terminal).map((line, index) =>
        shown(index === 0 ? `    ${sign} ${line.trimStart()}` : line),
      ),
      ...below.flatMap((line) => linesOf(line, "        ", terminal)),
    ]),
  ];
}

function styled(
  text: string,
  style: "bold" | "magentaBright" | "blueBright",
  { isColoured }: Terminal,
): string {
  return isColoured ? styleText(style, text, { validateStream: false }) : text;
}

function linesOf(text: string, indent: string, { columns }: Terminal): string[] {
  return wrapped(printable(text), { columns, indent, cuts: true });
}
