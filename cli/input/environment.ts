import { InvalidArgumentError, Option } from "commander";
import {
  type Environment,
  formatProblem,
  type Loaded,
  loadEnvironment,
  type Problem,
  printable,
} from "../../model/index.ts";
import { EXIT } from "../exit.ts";
import { tell } from "../output/terminal.ts";
import { importersIn } from "./importers.ts";
import { DISK } from "./tree.ts";

/** The option by which a command's present is another moment than the present. */
export function nowOption(): Option {
  return new Option(
    "--now <date>",
    "judge rules with a last day as at this day or moment (2026-12-31, in UTC, or with a time)",
  ).argParser(parseMoment);
}

function parseMoment(text: string): Date {
  const moment = new Date(/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError(
      "Give a day such as 2026-12-31, or a moment such as 2026-12-31T12:00:00Z.",
    );
  return moment;
}

/**
 * The environment of a file, or undefined after every problem went to stderr and the exit code was set. Rules past
 * their last day are left out, and told of.
 */
export function loadOrReport(file: string, now: Date | undefined): Environment | undefined {
  const loaded = loadDeclaration(file, { now });
  if (loaded !== undefined) warn(loaded.expired.map(({ problem }) => problem));
  return loaded?.environment;
}

/** As {@link loadOrReport}, with the places of what is declared; what is past its last day is the caller's to tell. */
export function loadDeclaration(
  file: string,
  { json = false, now }: { readonly json?: boolean; readonly now: Date | undefined },
): (Loaded & { readonly environment: Environment }) | undefined {
  const loaded = loadEnvironment(file, {
    ...(now === undefined ? {} : { now }),
    importersOf: importersIn(DISK),
  });
  const { environment, problems, warnings } = loaded;
  if (environment !== undefined) {
    if (!json) warn(warnings);
    return { ...loaded, environment };
  }
  refuse(file, problems, json);
  return undefined;
}

/** Tells on stderr what may be wrong. */
export function warn(warnings: readonly Problem[]): void {
  for (const warning of warnings) tell(`warning: ${formatProblem(warning)}\n`);
}

/** Tells every problem of a file on stderr, and sets the exit code. */
export function refuse(file: string, problems: readonly Problem[], json: boolean): void {
  if (json) process.stderr.write(`${JSON.stringify({ problems }, null, 2)}\n`);
  else tell(summary(file, problems));
  process.exitCode = EXIT.refused;
}

function summary(file: string, problems: readonly Problem[]): string {
  return `${problems.map(formatProblem).join("\n")}\n${printable(file)}: ${count(problems.length, "problem")}\n`;
}

/** `1 host`, `2 hosts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
