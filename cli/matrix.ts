import { Command, Option } from "commander";
import { matrixOf, type Row } from "../access/matrix.ts";
import { nowOption } from "./environment.ts";
import { COLUMNS, cellsOf, columnsFor } from "./matrix-cells.ts";
import { sourceOrReport } from "./source.ts";
import { csv, markdown, terminalTable } from "./tables.ts";

const FORMATS = ["table", "markdown", "csv", "json"] as const;

export function matrixCommand(): Command {
  return new Command("matrix")
    .description("Show who may call what: each caller and host with its paths and methods.")
    .argument("<path>", "an environment file, or a file or folder of rendered manifests")
    .addOption(new Option("--format <format>", "how it is printed").choices(FORMATS).default("table"))
    .addOption(nowOption())
    .addHelpText(
      "after",
      `
It is read out of manifests, those given or those that render prints, by what Istio would do with them.
«refused» is what a denial takes away of the row. A host that no caller reaches has no row.

Examples:
  sallyport matrix stacks/dev.yaml
  sallyport matrix stacks/prod.yaml --format csv > access.csv
  sallyport matrix build/dev`,
    )
    .action((path: string, { format, now }: { format: (typeof FORMATS)[number]; now?: Date }) => {
      const source = sourceOrReport(path, now);
      if (source === undefined) return;
      process.stdout.write(`${print(source.name, matrixOf(source.manifests), format)}\n`);
    });
}

function print(environment: string, rows: readonly Row[], format: (typeof FORMATS)[number]): string {
  if (format === "json") return JSON.stringify({ environment, rows }, null, 2);
  const cells = rows.map(cellsOf);
  const columns = format === "csv" ? COLUMNS : columnsFor(cells);
  const lines = cells.map((line) => columns.map((name) => line[name]));
  if (format === "csv") return csv([columns, ...lines]);
  return format === "markdown" ? markdown(columns, lines) : terminalTable(columns, lines);
}
