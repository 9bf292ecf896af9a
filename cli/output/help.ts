import type { AddHelpTextContext } from "commander";
import { COLUMNS } from "./wrap.ts";

/**
 * What a command's help says after its options, as wide as the rest of it. A paragraph ends at an empty line; one with
 * lines that are indented, such as examples, stays as it is.
 *
 * @example
 * command.addHelpText("after", helpText("Nothing is written.\n\nExample:\n  sallyport check stacks/dev.yaml"));
 */
export function helpText(text: string): (context: AddHelpTextContext) => string {
  return ({ command, error }) => {
    const { getErrHelpWidth, getOutHelpWidth } = command.configureOutput();
    const columns = (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? COLUMNS;
    const help = command.createHelp();
    const paragraphs = text
      .trim()
      .split("\n\n")
      .map((part) => (/^ /m.test(part) ? part : help.boxWrap(part.replaceAll("\n", " "), columns)));
    return `\n${paragraphs.join("\n\n")}`;
  };
}
