import { Command, Option } from "commander";
import { inWords } from "../../access/manifests/unjudged.ts";
import { type Row, readMatrix } from "../../access/matrix/matrix.ts";
import type { ClusterAccess } from "../../cluster/access.ts";
import { printable } from "../../model/index.ts";
import { nowOption } from "../input/environment.ts";
import { type LiveMesh, liveManifests, liveMesh } from "../input/live.ts";
import { settingsOf, sourceOrReport } from "../input/source.ts";
import { COLUMNS, cellsOf, columnsFor, NARROW, narrowLine } from "../output/cells.ts";
import { helpText } from "../output/help.ts";
import { linesInCode, markdownTable } from "../output/markdown.ts";
import { csv, terminalTable } from "../output/tables.ts";
import { tell } from "../output/terminal.ts";
import { matrixPage } from "./page.ts";

const FORMATS = ["table", "markdown", "csv", "json", "html"] as const;

interface Options {
  readonly format: (typeof FORMATS)[number];
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly now?: Date;
}

export function matrixCommand(): Command {
  return new Command("matrix")
    .description("Show who may call what: each caller and host with its paths and methods.")
    .argument("[path]", "an environment file, or a file or folder of rendered manifests")
    .option("--context <name>", "read the cluster of this kubeconfig context instead")
    .option("--kubeconfig <path>", "the kubeconfig file, where it is not your own; its current context")
    .addOption(new Option("--format <format>", "how it is printed").choices(FORMATS).default("table"))
    .addOption(nowOption())
    .addHelpText(
      "after",
      helpText(`
It is read out of manifests, those given, those that render prints, or those of a cluster, by what Istio would do with
them. «refused» is what a denial takes away of the row. A host that no caller reaches has no row. In a cluster a row
that rests on objects which Sallyport did not make is marked as foreign; what is not judged is told on stderr.

Examples:
  sallyport matrix stacks/dev.yaml
  sallyport matrix stacks/prod.yaml --format csv > access.csv
  sallyport matrix stacks/prod.yaml --format html > access.html
  sallyport matrix build/dev
  sallyport matrix --context prod`),
    )
    .action(async (path: string | undefined, { format, now, ...access }: Options, command: Command) => {
      const isLive = access.context !== undefined || access.kubeconfig !== undefined;
      if ((path === undefined) !== isLive)
        command.error(`error: name a path or, with --context, a cluster${isLive ? ", not both" : ""}`);
      const source = await sourceOf(path, access, now);
      if (source === undefined) return;
      const { mesh } = source;
      const matrix = readMatrix(source.manifests, mesh.settings);
      const { rows } = matrix;
      const gaps = [...mesh.gaps, ...matrix.gaps].map(inWords);
      for (const gap of gaps) tell(`not judged: ${printable(gap)}\n`);
      process.stdout.write(await print(source.name, rows, gaps, format));
    });
}

/** What is shown: a cluster, or what a path names; undefined where that was refused. */
async function sourceOf(path: string | undefined, access: ClusterAccess, now: Date | undefined) {
  if (path === undefined) {
    const manifests = await liveManifests(access);
    const mesh = await liveMesh(access, manifests);
    return { name: access.context ?? "current context", manifests, mesh };
  }
  const source = sourceOrReport(path, now);
  if (source === undefined) return undefined;
  const mesh: LiveMesh = { settings: settingsOf(source), gaps: [] };
  return { name: source.name, manifests: source.manifests, mesh };
}

async function print(
  name: string,
  rows: readonly Row[],
  gaps: readonly string[],
  format: (typeof FORMATS)[number],
): Promise<string> {
  return format === "html" ? matrixPage(name, rows, gaps) : `${lines(name, rows, gaps, format)}\n`;
}

function lines(
  environment: string,
  rows: readonly Row[],
  gaps: readonly string[],
  format: Exclude<(typeof FORMATS)[number], "html">,
): string {
  if (format === "json") return JSON.stringify({ environment, rows, gaps }, null, 2);
  const cells = rows.map(cellsOf);
  const columns = format === "csv" ? COLUMNS : columnsFor(cells);
  if (format === "table")
    return terminalTable(
      NARROW,
      cells.map((line) => narrowLine(line, columns)),
    );
  const table = cells.map((line) => columns.map((name) => line[name]));
  if (format === "csv") return csv([columns, ...table]);
  return markdownTable(
    columns,
    table.map((line) => line.map(linesInCode)),
  );
}
