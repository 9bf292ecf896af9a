import { Command } from "commander";
import { loadDeclaration, warn } from "./input/environment.ts";
import { replaceFolder } from "./output/folder.ts";
import { helpText } from "./output/help.ts";

/** What an earlier run may have written. */
const OWN = /^(dashboard\.json|(operator|rules|scrape)\.yaml)$/;

export function monitoringCommand(): Command {
  return new Command("monitoring")
    .description("Write what a Prometheus and a Grafana need to watch an environment's gateways.")
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .requiredOption("--out <folder>", "the folder to write: new, empty, or written by an earlier run")
    .addHelpText(
      "after",
      helpText(`
Four files: rules.yaml (alerts) and scrape.yaml for a plain Prometheus, operator.yaml (PrometheusRule and PodMonitors)
for the Prometheus Operator, dashboard.json for Grafana. They are not among the rendered manifests: a cluster need not
have the operator's kinds, and where dashboards and rules go is the affair of whoever runs Prometheus and Grafana.

Example:
  sallyport monitoring stacks/dev.yaml --out build/dev-monitoring`),
    )
    .action(async (file: string, { out }: { out: string }) => {
      const declaration = loadDeclaration(file, { now: undefined });
      if (declaration === undefined) return;
      const { environment, expired, positionOf } = declaration;
      warn(expired.map(({ problem }) => problem));
      if (environment.monitoring.prometheus === undefined)
        warn([
          {
            ...positionOf(["monitoring"]),
            path: "monitoring.prometheus",
            why: "nobody may read the gateways' metrics: alerts and dashboard would see none",
            fix: "name Prometheus's namespace: prometheus: { namespace: … } under monitoring:",
          },
        ]);
      // Loaded where it is used: no other command needs the dashboard's library.
      const { monitoringFiles } = await import("../monitoring/files.ts");
      const files = monitoringFiles(environment);
      await replaceFolder(out, files, OWN);
      process.stderr.write(`${out}: ${files.length} files\n`);
    });
}
