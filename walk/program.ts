import type { Command } from "commander";
import { LabError } from "../lab/errors.ts";

/** Reads the command line of a program whose exit code 1 is a finding: one that can't be read is none, and exits with 2. */
export function readCommandLine(program: Command): void {
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  program.parse();
}

/** Says a line of progress on stderr, with the seconds since the program began. */
export function sayProgress(line: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} ${line}\n`);
}

/** Says on stderr why the work could not be done; the program is to exit with 2. */
export function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof LabError) process.stderr.write(`  fix: ${error.fix}\n`);
  process.exitCode = 2;
}
