import { Command } from "commander";
import { planEnvironment } from "../plan/plan.ts";
import { count, loadDeclaration, refuse, warn } from "./environment.ts";

interface Options {
  readonly json?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
}

export function checkCommand(): Command {
  return new Command("check")
    .description("Read an environment file with its catalogs and report every problem at once.")
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .option("--context <name>", "also look at what runs in the cluster of this kubeconfig context")
    .option("--kubeconfig <path>", "the kubeconfig file, where it is not your own; its current context")
    .option("--json", "print the outcome as JSON (problems on stderr, the summary on stdout)")
    .addHelpText(
      "after",
      `
Each problem is three lines: where (file:line:column, path, value), why, and the fix.
Nothing is written. No cluster is asked unless one is named; then what already runs there and would break or bypass
the environment is a problem (exit code 1), and what may is a warning (exit code 0).

Examples:
  sallyport check stacks/dev.yaml
  sallyport check stacks/dev.yaml --context dev`,
    )
    .action(async (file: string, { json = false, ...access }: Options) => {
      const declaration = loadDeclaration(file, json);
      if (declaration === undefined) return;
      const { environment } = declaration;
      const asked = access.context !== undefined || access.kubeconfig !== undefined;
      // Loaded where it is used: without a cluster there is no use for its client.
      const found = asked
        ? await (await import("../preflight/preflight.ts")).preflight(access, declaration)
        : undefined;
      if (found !== undefined && !json) warn(found.warnings);
      if (found !== undefined && found.problems.length > 0) {
        refuse(file, found.problems, json);
        return;
      }
      const summary = {
        environment: environment.name,
        gateways: environment.gateways.length,
        hosts: environment.hosts.length,
        objects: planEnvironment(environment).length,
        warnings: [...declaration.warnings, ...(found?.warnings ?? [])],
      };
      process.stdout.write(
        json
          ? `${JSON.stringify(summary)}\n`
          : `${file}: fine (${count(summary.hosts, "host")} behind ${count(summary.gateways, "gateway")} take ${count(summary.objects, "object")})\n`,
      );
    });
}
