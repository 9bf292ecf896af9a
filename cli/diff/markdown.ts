import { formatPosition } from "../../model/index.ts";
import { count } from "../input/environment.ts";
import { inShortCode, markdownTable } from "../output/markdown.ts";
import type { Compared } from "./compare.ts";
import { neighbourhood } from "./mermaid.ts";
import { type Entry, type Section, sectionsOf } from "./sections.ts";

/** What GitHub takes in a comment. */
export const COMMENT_CHARACTERS = 65_536;
/** Less than that: whoever posts it may add lines of its own. */
const MOST_CHARACTERS = 60_000;

/** How much is shown: rows of a table, lines of a cell, and names of environments in one. */
interface Limits {
  readonly rows: number;
  readonly lines: number;
  readonly names: number;
}

const ALL = Number.POSITIVE_INFINITY;
/** The first of them by which all fits is taken. Names stay longest: production may be the last of them. */
const LIMITS: readonly Limits[] = [
  { rows: ALL, lines: ALL, names: ALL },
  { rows: 500, lines: 100, names: 100 },
  { rows: 100, lines: 30, names: 100 },
  { rows: 30, lines: 10, names: 100 },
  { rows: 10, lines: 10, names: 100 },
  { rows: 10, lines: 3, names: 30 },
  { rows: 3, lines: 3, names: 30 },
];
/** By these every part has less than 5,000 characters, whatever the texts: a text in code has 1,300 at most. */
const LEAST: Limits = { rows: 1, lines: 1, names: 1 };

/** What changes, as a comment for a pull request: under 60,000 characters whatever the change. */
export function markdownText(from: string, to: string, compared: readonly Compared[]): string {
  const change = { from, to, compared, sections: joined(compared) };
  for (const limits of LIMITS) {
    const text = comment(change, limits);
    if (text.length < MOST_CHARACTERS) return text;
  }
  return comment(change, LEAST);
}

/** Changes of one kind, of all environments; the same change in several of them is one. */
interface Joined extends Omit<Section, "entries"> {
  readonly entries: readonly (Entry & { readonly environments: readonly string[] })[];
}

/** What is told of. */
interface Change {
  readonly from: string;
  readonly to: string;
  readonly compared: readonly Compared[];
  readonly sections: readonly Joined[];
}

function comment({ from, to, compared, sections }: Change, limits: Limits): string {
  const alarming = sections.filter(({ weight }) => weight === "alarming");
  const rest = sections.filter(({ weight }) => weight !== "alarming");
  const [first, ...others] = [
    ...alarming.map((section) => sectionTable(section, limits)),
    ...refusals(compared, limits),
  ];
  const picture = neighbourhood(compared, limits.rows);
  const parts = [
    `### Sallyport: ${summaryOf(compared, sections)}`,
    ...(first === undefined ? [] : [first]),
    ...(picture === undefined ? [] : [picture]),
    ...others,
    ...rest.map(
      (section) =>
        `<details><summary>${titleOf(section)}</summary>\n\n${sectionTable(section, limits)}\n\n</details>`,
    ),
    `From ${inShortCode(from)} to ${inShortCode(to)}.`,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The first line: what a reviewer has to know in any case. */
function summaryOf(compared: readonly Compared[], sections: readonly Joined[]): string {
  const refused = compared.filter(({ status }) => status === "refused").length;
  const counted = sections
    .filter(({ weight }) => weight !== "plain")
    .map(({ title, entries }) => `${title} (${entries.length})`);
  const gained = sections.some(({ title }) => title === "access gained") ? [] : ["no access gained"];
  return [...(refused === 0 ? [] : [`${count(refused, "environment")} refused`]), ...gained, ...counted].join(
    ", ",
  );
}

function joined(compared: readonly Compared[]): Joined[] {
  const all = compared.flatMap(({ name, diff }) =>
    diff === undefined ? [] : sectionsOf(diff).map((section) => ({ name, section })),
  );
  return [...Map.groupBy(all, ({ section }) => section.title).values()].flatMap((alike) => {
    const [first] = alike;
    const entries = alike.flatMap(({ name, section }) => section.entries.map((entry) => ({ name, entry })));
    const same = Map.groupBy(entries, ({ entry }) => JSON.stringify(entry));
    if (first === undefined || entries.length === 0) return [];
    const merged = [...same.values()].flatMap((members) =>
      members.slice(0, 1).map(({ entry }) => ({ ...entry, environments: members.map(({ name }) => name) })),
    );
    return [{ ...first.section, entries: merged }];
  });
}

function titleOf({ title, entries }: Joined): string {
  return `${title.slice(0, 1).toUpperCase()}${title.slice(1)} (${entries.length})`;
}

function sectionTable(section: Joined, limits: Limits): string {
  const { entries, sign } = section;
  const lines = entries
    .slice(0, limits.rows)
    .map(({ environments, text, below }) => [
      `${sign} ${inShortCode(text)}`,
      limited(below, limits.lines, "<br>"),
      limited(environments, limits.names, ", "),
    ]);
  return tableOf([titleOf(section), "", "environment"], lines, entries.length);
}

/** What keeps environments from being compared. */
function refusals(compared: readonly Compared[], { rows }: Limits): string[] {
  const problems = compared.flatMap(({ name, problems }) =>
    problems.map((problem) => ({ name, ...problem })),
  );
  const lines = problems
    .slice(0, rows)
    .map(({ name, side, ...problem }) => [
      `! ${inShortCode(`${formatPosition(problem)} ${problem.path}`.trimEnd())}`,
      [problem.why, problem.fix].map(inShortCode).join("<br>"),
      `${inShortCode(name)}, ${SIDES[side]}`,
    ]);
  const title = `Refused (${problems.length})`;
  return problems.length === 0 ? [] : [tableOf([title, "", "environment"], lines, problems.length)];
}

const SIDES = { from: "before the change", to: "after the change" } as const;

/** Texts as code, side by side or below each other, and how many are not shown. */
function limited(texts: readonly string[], most: number, separator: string): string {
  const more = texts.length - most;
  const shown = texts.slice(0, most).map(inShortCode);
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(separator);
}

/** @param all how many rows there are, with those that are not shown */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[], all: number): string {
  const table = markdownTable(head, rows);
  const more = all - rows.length;
  return more === 0
    ? table
    : `${table}\n\nAnd ${more} more: \`sallyport diff --format json\` tells all of them.`;
}
