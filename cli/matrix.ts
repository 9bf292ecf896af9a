import { Command, Option } from "commander";
import { matrixOf, type Row } from "../access/matrix.ts";
import { planEnvironment } from "../plan/plan.ts";
import { loadOrReport, nowOption } from "./environment.ts";
import { csv, markdown, terminalTable } from "./tables.ts";

const FORMATS = ["table", "markdown", "csv", "json"] as const;

export function matrixCommand(): Command {
  return new Command("matrix")
    .description("Show who may call what: each caller and host with its paths and methods.")
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .addOption(new Option("--format <format>", "how it is printed").choices(FORMATS).default("table"))
    .addOption(nowOption())
    .addHelpText(
      "after",
      `
It is read out of the manifests that render prints, by what Istio would do with them, not out of the file.
«refused» is what a denial takes away of the row. A host that no caller reaches has no row.

Examples:
  sallyport matrix stacks/dev.yaml
  sallyport matrix stacks/prod.yaml --format csv > access.csv`,
    )
    .action((file: string, { format, now }: { format: (typeof FORMATS)[number]; now?: Date }) => {
      const environment = loadOrReport(file, now);
      if (environment === undefined) return;
      const rows = matrixOf(planEnvironment(environment).map(({ manifest }) => manifest));
      process.stdout.write(`${print(environment.name, rows, format)}\n`);
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
