import { Command } from "commander";
import { planEnvironment } from "../plan/plan.ts";
import { count, loadOrReport } from "./environment.ts";

export function checkCommand(): Command {
  return new Command("check")
    .description("Read an environment file with its catalogs and report every problem at once.")
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .option("--json", "print the outcome as JSON (problems on stderr, the summary on stdout)")
    .addHelpText(
      "after",
      `
Each problem is three lines: where (file:line:column, path, value), why, and the fix.
Nothing is written, no cluster is asked.

Example:
  sallyport check stacks/dev.yaml`,
    )
    .action((file: string, options: { json?: true }) => {
      const environment = loadOrReport(file, options.json);
      if (environment === undefined) return;
      const summary = {
        environment: environment.name,
        gateways: environment.gateways.length,
        hosts: environment.hosts.length,
        objects: planEnvironment(environment).length,
      };
      process.stdout.write(
        options.json
          ? `${JSON.stringify(summary)}\n`
          : `${file}: fine (${count(summary.hosts, "host")} behind ${count(summary.gateways, "gateway")} take ${count(summary.objects, "object")})\n`,
      );
    });
}
