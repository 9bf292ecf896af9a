import { ExecaError, execa } from "execa";
import { LabError } from "../errors.ts";

/** A program to run to its end. */
interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly directory?: string;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds until it is ended. */
  readonly limit: number;
  /** What to do when it fails, in the words of the error. */
  readonly fix: string;
  readonly signal?: AbortSignal;
  /** Gets every line that it prints, of both outputs. */
  readonly onLine?: (line: string) => void;
}

const shownLines = 15;

/** Runs a program and returns its standard output. Throws LabError with the end of what it said when it fails. */
export async function runBuildCommand(command: Command): Promise<string> {
  const child = execa(command.file, command.args, {
    stdin: "ignore",
    all: true,
    timeout: command.limit * 1000,
    ...(command.directory === undefined ? {} : { cwd: command.directory }),
    ...(command.environment === undefined ? {} : { env: command.environment }),
    ...(command.signal === undefined ? {} : { cancelSignal: command.signal }),
  });
  try {
    const [result] = await Promise.all([
      child,
      command.onLine && readLines(child.iterable({ from: "all" }), command.onLine),
    ]);
    return result.stdout;
  } catch (error) {
    command.signal?.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    const said = String(error.all ?? "")
      .trimEnd()
      .split("\n")
      .slice(-shownLines)
      .join("\n");
    throw new LabError(
      `\`${[command.file, ...command.args].join(" ").slice(0, 200)}\` failed`,
      error.timedOut ? `it took longer than ${command.limit} s\n${said}` : said || error.shortMessage,
      command.fix,
      { cause: error },
    );
  }
}

async function readLines(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}
