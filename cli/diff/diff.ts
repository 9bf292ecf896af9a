import { Command, Option } from "commander";
import { formatProblem, type Problem } from "../../model/index.ts";
import { EXIT } from "../exit.ts";
import { nowOption, refuse, warn } from "../input/environment.ts";
import { leftOutProblem } from "../input/source.ts";
import { helpText } from "../output/help.ts";
import { type Compared, compare } from "./compare.ts";
import { jsonText } from "./json.ts";
import { markdownText } from "./markdown.ts";
import { readSides, type Side } from "./sides.ts";
import { terminalText } from "./text.ts";

const FORMATS = ["text", "markdown", "json"] as const;
const FAILS = ["any", "gained", "weakened", "none"] as const;

interface Options {
  readonly format: (typeof FORMATS)[number];
  readonly failOn: (typeof FAILS)[number];
  readonly now?: Date;
}

export function diffCommand(): Command {
  return new Command("diff")
    .description("Show what changes for whom between two files, folders or git refs.")
    .argument("[sides...]", "A B, A...B, A or nothing, as git diff has them; then a path to compare at refs")
    .addOption(new Option("--format <format>", "how it is printed").choices(FORMATS).default("text"))
    .addOption(
      new Option(
        "--fail-on <change>",
        "which changes are exit code 3: access that is gained; protection weakened or changed, or what is not judged; any of these",
      )
        .choices(FAILS)
        .default("any"),
    )
    .addOption(nowOption())
    .addHelpText(
      "after",
      helpText(`
Access gained and lost come first, then monitoring, verification and lockdown weakened or strengthened, then objects,
then what it costs. It is read out of manifests, those given or those that render prints, by what Istio would do.

A side is an environment file, a file or folder of manifests, a folder of environment files, or a git ref: of that the
folder stacks is read, or the path that is named, out of the commit; nothing is checked out and none of its code runs.
A...B begins where B left A. One side alone is compared with the files as they are, and no side with HEAD.

Exit codes: 0 nothing of what --fail-on names, 3 something of it, 1 a side is refused, 2 there is no git or no history.

Examples:
  sallyport diff
  sallyport diff origin/main...HEAD
  sallyport diff origin/main...HEAD --format markdown > comment.md
  sallyport diff v1.0 v1.1 -- stacks/prod.yaml
  sallyport diff stacks/staging.yaml stacks/prod.yaml --fail-on none
  sallyport diff build/before build/after`),
    )
    .action((args: readonly string[], { format, failOn, now }: Options) => {
      const behind = pathsBehind(process.argv);
      const sides = readSides(args.slice(0, args.length - behind.length), behind, now);
      if ("problem" in sides) {
        refuse(args.join(" "), [sides.problem], false);
        return;
      }
      const { from, to } = sides;
      warn(warningsOf(to));
      const compared = compare(from, to);
      process.stdout.write(print(format, from.name, to.name, compared));
      process.exitCode = exitOf(compared, failOn);
    });
}

/** What stands behind `--`, of which commander tells nothing: paths alone. No option's value is `--`. */
function pathsBehind(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end < 0 ? [] : argv.slice(end + 1);
}

/** What may be wrong with a side; of a catalog that several environments import, once. */
function warningsOf({ sources: { environments, leftOut } }: Side): Problem[] {
  const warnings = environments.flatMap((one) => one.warnings);
  const distinct = new Map(warnings.map((warning) => [formatProblem(warning), warning]));
  return [...distinct.values(), ...leftOut.map(leftOutProblem)];
}

const DEFAULT_COLUMNS = 80;
/** Below that, lines of single words are harder to read than what the terminal makes of longer ones. */
const LEAST_COLUMNS = 40;

function print(format: Options["format"], from: string, to: string, compared: readonly Compared[]): string {
  if (format === "json") return jsonText(from, to, compared);
  if (format === "markdown") return markdownText(from, to, compared);
  const { columns = DEFAULT_COLUMNS, isTTY } = process.stdout;
  const isColoured = isTTY === true && process.stdout.hasColors();
  return terminalText(from, to, compared, { columns: Math.max(columns, LEAST_COLUMNS), isColoured });
}

/** @param failOn which changes are told by the code */
function exitOf(compared: readonly Compared[], failOn: Options["failOn"]): number {
  if (compared.some(({ status }) => status === "refused")) return EXIT.refused;
  const diffs = compared.flatMap(({ diff }) => diff ?? []);
  const gained = diffs.some(({ access }) => access.gained.length > 0);
  const weakened = diffs.some(
    ({ protection, notJudged }) =>
      protection.weakened.length + protection.changed.length + notJudged.length > 0,
  );
  const counts = { any: gained || weakened, gained, weakened, none: false };
  return counts[failOn] ? EXIT.changed : EXIT.fine;
}
