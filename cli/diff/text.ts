import { styleText } from "node:util";
import { formatProblem, printable } from "../../model/problem.ts";
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
    ...wrapped(`${from} → ${to}`, "", terminal.columns),
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
            wrapped(line.trimStart(), line.startsWith(" ") ? "      " : "    ", terminal.columns),
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
      ...wrapped(text, "      ", terminal.columns).map((line, index) =>
        shown(index === 0 ? `    ${sign} ${line.trimStart()}` : line),
      ),
      ...below.flatMap((line) => wrapped(line, "        ", terminal.columns)),
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

/** A text on lines of a width, cut between words, and inside one that is too long for a line. */
function wrapped(text: string, indent: string, columns: number): string[] {
  const room = columns - indent.length;
  const lines: string[] = [];
  let line = "";
  for (const word of printable(text)
    .split(" ")
    .flatMap((one) => pieces(one, room))) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => indent + one);
}

function pieces(word: string, room: number): string[] {
  const letters = [...word];
  return Array.from({ length: Math.max(1, Math.ceil(letters.length / room)) }, (_, index) =>
    letters.slice(index * room, (index + 1) * room).join(""),
  );
}
