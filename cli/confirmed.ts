import { createInterface } from "node:readline/promises";
import { printable } from "../model/index.ts";
import { EXIT } from "./exit.ts";
import { tell } from "./output/terminal.ts";

/**
 * Whether the name of what is to be taken away was given once more: as an option, or typed on a terminal. Where not, it
 * is said on stderr, and the exit code is set.
 *
 * @param command such as `destroy`, whose option is `--yes-destroy`
 */
export async function isConfirmed(
  command: string,
  name: string,
  given: string | undefined,
): Promise<boolean> {
  const word = given ?? (process.stdin.isTTY ? await askFor(name) : undefined);
  if (word === name) return true;
  const what = word ? `, not ${printable(word)}` : "";
  tell(
    `sallyport: ${command} takes the name ${name} as its word${what}; nothing was taken away\n  fix: add --yes-${command} ${name}\n`,
  );
  process.exitCode = EXIT.refused;
  return false;
}

async function askFor(name: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const given = new AbortController();
  terminal.on("SIGINT", () => given.abort());
  terminal.on("close", () => given.abort());
  try {
    const question = `Type ${name} to take away all that it has: `;
    return await terminal.question(question, { signal: given.signal });
  } catch {
    process.stderr.write("\n");
    return "";
  } finally {
    terminal.close();
  }
}
