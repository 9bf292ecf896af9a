import type { Row } from "../../access/matrix/matrix.ts";
import type { Compared } from "./compare.ts";
import { callerOf, targetOf } from "./words.ts";

/** More arrows are no picture any more. */
const MOST_ARROWS = 24;
/** A host's name may have 253 letters. */
const MOST_LETTERS = 60;

interface Arrow {
  readonly caller: string;
  readonly target: string;
  /** In Mermaid: told apart by its form, as colours differ with the reader's theme and eyes. */
  readonly form: string;
}

/**
 * Who calls what around a change, as a flowchart of Mermaid: thick arrows are gained, dotted ones lost, thin ones stay.
 * Undefined where no access changes.
 *
 * @param most arrows, where that is less than a picture can have
 */
export function neighbourhood(compared: readonly Compared[], most: number): string | undefined {
  const diffs = compared.flatMap(({ diff }) => diff ?? []);
  const arrows = [
    ...diffs.flatMap(({ access }) => access.gained.map((row) => arrowOf(row, "==>|gained|"))),
    ...diffs.flatMap(({ access }) => access.lost.map((row) => arrowOf(row, "-.->|lost|"))),
    ...diffs.flatMap(({ access }) => access.beside.map((row) => arrowOf(row, "-->"))),
  ];
  const distinct = [...new Map(arrows.map((arrow) => [JSON.stringify(arrow), arrow])).values()];
  const shown = distinct.slice(0, Math.min(MOST_ARROWS, most));
  if (shown.length === 0) return undefined;
  const callers = [...new Set(shown.map(({ caller }) => caller))];
  const targets = [...new Set(shown.map(({ target }) => target))];
  const more = distinct.length - shown.length;
  return [
    "```mermaid",
    "flowchart LR",
    ...callers.map((caller, index) => `  c${index}["${inMermaid(caller)}"]`),
    ...targets.map((target, index) => `  t${index}("${inMermaid(target)}")`),
    ...shown.map(
      ({ caller, target, form }) => `  c${callers.indexOf(caller)} ${form} t${targets.indexOf(target)}`,
    ),
    ...(more === 0 ? [] : [`  more["and ${more} more"]`]),
    "```",
  ].join("\n");
}

function arrowOf(row: Row, form: string): Arrow {
  return { caller: callerOf(row), target: targetOf(row), form };
}

/** A text as a label: every sign that could be markup as a character reference of Mermaid's. */
function inMermaid(text: string): string {
  const letters = [...text];
  const shown = letters.length > MOST_LETTERS ? [...letters.slice(0, MOST_LETTERS - 1), "…"] : letters;
  return shown.map((letter) => (/[\w ./:…-]/.test(letter) ? letter : `#${letter.codePointAt(0)};`)).join("");
}
