import { Command } from "commander";
import { planEnvironment } from "../plan/plan.ts";
import { renderFiles, renderStream } from "../render/render.ts";
import { loadOrReport, nowOption } from "./input/environment.ts";
import { replaceFolder } from "./output/folder.ts";
import { helpText } from "./output/help.ts";

/** How a rendered file is called. */
const NUMBERED = /^\d{3,}-[a-z]+-.+\.yaml$/;

export function renderCommand(): Command {
  return new Command("render")
    .description(
      "Print the manifests that an environment takes, in the order in which they are to be applied.",
    )
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .option("--out <folder>", "write one numbered file an object into this folder instead of printing them")
    .addOption(nowOption())
    .addHelpText(
      "after",
      helpText(`
The manifests are the ones that the Pulumi components register. --out only writes into a folder that is new, empty,
or was written by an earlier render; it is replaced as a whole, or not at all.

Examples:
  sallyport render stacks/dev.yaml | kubectl apply --server-side -f -
  sallyport render stacks/dev.yaml --out build/dev`),
    )
    .action(async (file: string, options: { out?: string; now?: Date }) => {
      const environment = loadOrReport(file, options.now);
      if (environment === undefined) return;
      const objects = planEnvironment(environment);
      if (options.out === undefined) {
        process.stdout.write(renderStream(objects));
        return;
      }
      await replaceFolder(options.out, renderFiles(objects), NUMBERED);
      process.stderr.write(`${options.out}: ${objects.length} manifests\n`);
    });
}
