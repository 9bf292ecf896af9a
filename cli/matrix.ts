import { Command, Option } from "commander";
import { gapsOf, matrixOf, type Row } from "../access/matrix.ts";
import { nowOption } from "./environment.ts";
import { COLUMNS, cellsOf, columnsFor, NARROW, narrowLine } from "./matrix-cells.ts";
import { matrixPage } from "./matrix-page.ts";
import { sourceOrReport } from "./source.ts";
import { csv, markdown, terminalTable } from "./tables.ts";

const FORMATS = ["table", "markdown", "csv", "json", "html"] as const;

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
    .action(async (path: string, { format, now }: { format: (typeof FORMATS)[number]; now?: Date }) => {
      const source = sourceOrReport(path, now);
      if (source === undefined) return;
      const gaps = gapsOf(source.manifests);
      for (const gap of gaps) process.stderr.write(`not judged: ${gap}\n`);
      process.stdout.write(await print(source.name, matrixOf(source.manifests), gaps, format));
    });
}

async function print(
  name: string,
  rows: readonly Row[],
  gaps: readonly string[],
  format: (typeof FORMATS)[number],
): Promise<string> {
  return format === "html" ? matrixPage(name, rows, gaps) : `${lines(name, rows, format)}\n`;
}

function lines(
  environment: string,
  rows: readonly Row[],
  format: Exclude<(typeof FORMATS)[number], "html">,
): string {
  if (format === "json") return JSON.stringify({ environment, rows }, null, 2);
  const cells = rows.map(cellsOf);
  const columns = format === "csv" ? COLUMNS : columnsFor(cells);
  if (format === "table")
    return terminalTable(
      NARROW,
      cells.map((line) => narrowLine(line, columns)),
    );
  const table = cells.map((line) => columns.map((name) => line[name]));
  return format === "csv" ? csv([columns, ...table]) : markdown(columns, table);
}
