import { Command } from "commander";
import { jsonSchema } from "../model/index.ts";
import { helpText } from "./output/help.ts";

export function schemaCommand(): Command {
  return new Command("schema")
    .description("Print the JSON Schema of a file of declarations, for completion and hints in an editor.")
    .addArgument(
      new Command()
        .createArgument("[kind]", "what the file is")
        .choices(["environment", "catalog"])
        .default("environment"),
    )
    .addHelpText(
      "after",
      helpText(`
The schema knows keys, types and words. Rules between parts of a file, and between files, are check's.

Example:
  sallyport schema > stacks/environment.schema.json
  sallyport schema catalog > stacks/catalog/catalog.schema.json

and as the first line of an environment file:
  # yaml-language-server: $schema=environment.schema.json`),
    )
    .action((kind: "environment" | "catalog") => {
      process.stdout.write(`${JSON.stringify(jsonSchema(kind), null, 2)}\n`);
    });
}
