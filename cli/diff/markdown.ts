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
/** So many rows a table, the first number with which all fits. */
const ROWS = [Number.POSITIVE_INFINITY, 500, 100, 30, 10, 3];

/** What changes, as a comment for a pull request: under 60,000 characters whatever the change. */
export function markdownText(from: string, to: string, compared: readonly Compared[]): string {
  for (const rows of ROWS) {
    const text = comment(from, to, compared, rows);
    if (text.length < MOST_CHARACTERS) return text;
  }
  return comment(from, to, compared, 1);
}

/** Changes of one kind, of all environments; the same change in several of them is one. */
interface Joined extends Omit<Section, "entries"> {
  readonly entries: readonly (Entry & { readonly environments: readonly string[] })[];
}

function comment(from: string, to: string, compared: readonly Compared[], rows: number): string {
  const sections = joined(compared);
  const alarming = sections.filter(({ weight }) => weight === "alarming");
  const rest = sections.filter(({ weight }) => weight !== "alarming");
  const [first, ...others] = [
    ...alarming.map((section) => sectionTable(section, rows)),
    ...refusals(compared, rows),
  ];
  const picture = neighbourhood(compared);
  const parts = [
    `### Sallyport: ${summaryOf(compared, sections)}`,
    ...(first === undefined ? [] : [first]),
    ...(picture === undefined ? [] : [picture]),
    ...others,
    ...rest.map(
      (section) =>
        `<details><summary>${titleOf(section)}</summary>\n\n${sectionTable(section, rows)}\n\n</details>`,
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

function sectionTable(section: Joined, rows: number): string {
  const { entries, sign } = section;
  const lines = entries.map(({ environments, text, below }) => [
    `${sign} ${inShortCode(text)}`,
    below.map((line) => inShortCode(line)).join("<br>"),
    inShortCode(environments.join(", ")),
  ]);
  return limitedTable([titleOf(section), "", "environment"], lines, rows);
}

/** What keeps environments from being compared. */
function refusals(compared: readonly Compared[], rows: number): string[] {
  const lines = compared.flatMap(({ name, problems }) =>
    problems.map((problem) => [
      `! ${inShortCode(`${formatPosition(problem)} ${problem.path}`.trimEnd())}`,
      [problem.why, problem.fix].map((text) => inShortCode(text)).join("<br>"),
      `${inShortCode(name)} ${problem.side}`,
    ]),
  );
  return lines.length === 0
    ? []
    : [limitedTable([`Refused (${lines.length})`, "", "environment"], lines, rows)];
}

function limitedTable(head: readonly string[], lines: readonly (readonly string[])[], rows: number): string {
  const table = markdownTable(head, lines.slice(0, rows));
  const more = lines.length - rows;
  return more <= 0
    ? table
    : `${table}\n\nAnd ${more} more: \`sallyport diff --format json\` tells all of them.`;
}
