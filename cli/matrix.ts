import { Command, Option } from "commander";
import { matrixOf, type Row } from "../access/matrix.ts";
import { nowOption } from "./environment.ts";
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

const HEAD = ["namespace", "account", "host", "port", "allowed", "refused"];

function print(environment: string, rows: readonly Row[], format: (typeof FORMATS)[number]): string {
  if (format === "json") return JSON.stringify({ environment, rows }, null, 2);
  const lines = rows.map(cellsOf);
  if (format === "csv") return csv([HEAD, ...lines]);
  return format === "markdown" ? markdown(HEAD, lines) : terminalTable(HEAD, lines);
}

function cellsOf(row: Row): string[] {
  const { namespace, account, user, host, port, allowed, refused, isRoutable } = row;
  const conditions = [
    ...(user === undefined ? [] : [`with a token ${user}`]),
    ...(isRoutable ? [] : ["past its sidecar alone"]),
  ];
  return [
    namespace,
    account,
    host,
    String(port),
    [...allowed.map(said), ...conditions].join("\n"),
    refused.map((one) => saidOfRefused(one, row)).join("\n"),
  ];
}

function said({ path, method, except, headers }: Row["allowed"][number]): string {
  const conditions = Object.entries(headers).map(([name, value]) => `with ${name}: ${value}`);
  const asked = path === "*" && method === "*" ? ["everything"] : [method === "*" ? "any" : method, path];
  const others = except.length === 0 ? [] : [`but not ${except.map(short).join(", ")}`];
  return [...asked, ...conditions, ...others].join(" ");
}

function saidOfRefused(refused: Row["refused"][number], { principal, host }: Row): string {
  return [
    said(refused),
    ...(refused.host === host ? [] : [`at ${refused.host}`]),
    ...(refused.principal === principal ? [] : [`of ${short(refused.principal)}`]),
  ].join(" ");
}

/** `news/politics` for `cluster.local/ns/news/sa/politics`. */
function short(principal: string): string {
  return principal.replace(/^.*\/ns\//, "").replace("/sa/", "/");
}
