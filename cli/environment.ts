import {
  type Environment,
  formatProblem,
  type Loaded,
  loadEnvironment,
  type Problem,
  printable,
} from "../model/index.ts";
import { EXIT } from "./exit.ts";

/** The environment of a file, or undefined after every problem went to stderr and the exit code was set. */
export function loadOrReport(file: string, json = false): Environment | undefined {
  return loadDeclaration(file, json)?.environment;
}

/** As {@link loadOrReport}, with the places of what is declared. */
export function loadDeclaration(
  file: string,
  json: boolean,
): (Loaded & { readonly environment: Environment }) | undefined {
  const loaded = loadEnvironment(file);
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
  for (const warning of warnings) process.stderr.write(`warning: ${formatProblem(warning)}\n`);
}

/** Tells every problem of a file on stderr, and sets the exit code. */
export function refuse(file: string, problems: readonly Problem[], json: boolean): void {
  process.stderr.write(json ? `${JSON.stringify({ problems }, null, 2)}\n` : summary(file, problems));
  process.exitCode = EXIT.refused;
}

function summary(file: string, problems: readonly Problem[]): string {
  return `${problems.map(formatProblem).join("\n")}\n${printable(file)}: ${count(problems.length, "problem")}\n`;
}

/** `1 host`, `2 hosts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
