import { type Environment, formatProblem, loadEnvironment, type Problem } from "../model/index.ts";
import { EXIT } from "./exit.ts";

/** The environment of a file, or undefined after every problem went to stderr and the exit code was set. */
export function loadOrReport(file: string, json = false): Environment | undefined {
  const { environment, problems } = loadEnvironment(file);
  if (environment !== undefined) return environment;
  process.stderr.write(json ? `${JSON.stringify({ problems }, null, 2)}\n` : summary(file, problems));
  process.exitCode = EXIT.refused;
  return undefined;
}

function summary(file: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return `${problems.map(formatProblem).join("\n")}\n${file}: ${count}\n`;
}
