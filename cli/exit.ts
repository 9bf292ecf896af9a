import { CollisionError } from "../plan/collision.ts";
import { tell } from "./output/terminal.ts";

/**
 * What a command's exit code tells; a contract that other programs rely on. `changed`: diff found something of what
 * --fail-on names, access gained or protection weakened.
 */
export const EXIT = { fine: 0, refused: 1, cannot: 2, changed: 3, interrupted: 130 } as const;

/** The machine or the cluster can't do what was asked: what is missing, and how to get it. */
export class CannotError extends Error {
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.name = "CannotError";
    this.fix = fix;
  }
}

/** Says on stderr what went wrong, and gives the exit code for it. */
export function reportFailure(error: unknown): number {
  if (error instanceof Error && "fix" in error) tell(`sallyport: ${error.message}\n  fix: ${error.fix}\n`);
  else
    process.stderr.write(
      `sallyport: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  return error instanceof CollisionError ? EXIT.refused : EXIT.cannot;
}

/**
 * Ends the program quietly when whoever reads its output has had enough (`| head -1`), with the exit code as it stands;
 * says what is wrong where the output can't be written for another reason.
 */
export function endWithReader(output: NodeJS.WriteStream): void {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    const fix = "send it to a place that can be written and has room";
    process.exit(reportFailure(new CannotError(`the output can't be written (${error.code})`, fix)));
  });
}
