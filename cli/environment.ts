import { type Environment, formatProblem, loadEnvironment, type Problem, printable } from "../model/index.ts";
import { EXIT } from "./exit.ts";

/** The environment of a file, or undefined after every problem went to stderr and the exit code was set. */
export function loadOrReport(file: string, json = false): Environment | undefined {
  const { environment, problems, warnings } = loadEnvironment(file);
  if (environment !== undefined) {
    if (warnings.length > 0 && !json)
      process.stderr.write(`${warnings.map((warning) => `warning: ${formatProblem(warning)}`).join("\n")}\n`);
    return environment;
  }
  process.stderr.write(json ? `${JSON.stringify({ problems }, null, 2)}\n` : summary(file, problems));
  process.exitCode = EXIT.refused;
  return undefined;
}

function summary(file: string, problems: readonly Problem[]): string {
  return `${problems.map(formatProblem).join("\n")}\n${printable(file)}: ${count(problems.length, "problem")}\n`;
}

/** `1 host`, `2 hosts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
