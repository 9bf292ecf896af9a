import { Command } from "commander";
import { distance } from "fastest-levenshtein";
import { type Expired, type Problem, printable } from "../model/index.ts";
import { planEnvironment } from "../plan/plan.ts";
import { count, loadDeclaration, nowOption, refuse, warn } from "./input/environment.ts";
import { helpText } from "./output/help.ts";

interface Options {
  readonly json?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly now?: Date;
  readonly owner?: string;
}

export function checkCommand(): Command {
  return new Command("check")
    .description("Read an environment file with its catalogs and report every problem at once.")
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .option("--context <name>", "also look at what runs in the cluster of this kubeconfig context")
    .option("--kubeconfig <path>", "the kubeconfig file, where it is not your own; its current context")
    .addOption(nowOption())
    .option("--owner <team>", "of rules past their last day, count only this team's as problems")
    .option("--json", "print the outcome as JSON (problems on stderr, the summary on stdout)")
    .addHelpText(
      "after",
      helpText(`
Each problem is three lines: where (file:line:column, path, value), why, and the fix.

Nothing is written, but for what Node keeps of this program, compiled, in your cache: NODE_DISABLE_COMPILE_CACHE=1
has it keep nothing. No cluster is asked unless one is named; then what already runs there and would break or bypass
the environment is a problem (exit code 1), and what may is a warning (exit code 0).

A rule past its last day is a problem for its owner: render and apply leave it out and go on. With --owner those of
other teams are warnings, so that each team's pipeline waits for its own alone.

Examples:
  sallyport check stacks/dev.yaml
  sallyport check stacks/dev.yaml --context dev`),
    )
    .action(async (file: string, { json = false, now, owner, ...access }: Options, command: Command) => {
      const declaration = loadDeclaration(file, { json, now });
      if (declaration === undefined) return;
      if (owner !== undefined && !declaration.teams.includes(owner))
        command.error(
          `error: no file of ${printable(file)} is owned by ${JSON.stringify(owner)}: write --owner ${nearestFirst(owner, declaration.teams).join(" or ")}`,
        );
      const expired = byOwner(declaration.expired, owner);
      if (!json) warn(expired.others);
      if (expired.own.length > 0) {
        refuse(file, expired.own, json);
        return;
      }
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
        warnings: [...declaration.warnings, ...expired.others, ...(found?.warnings ?? [])],
      };
      process.stdout.write(
        json
          ? `${JSON.stringify(summary)}\n`
          : `${file}: fine (${count(summary.hosts, "host")} behind ${count(summary.gateways, "gateway")} take ${count(summary.objects, "object")})\n`,
      );
    });
}

function nearestFirst(name: string, others: readonly string[]): string[] {
  return others.toSorted((a, b) => distance(name, a) - distance(name, b));
}

/** What is past its last day: problems of the owner who is asked about, or of all, and what is left of the others. */
function byOwner(
  expired: readonly Expired[],
  owner: string | undefined,
): { own: readonly Problem[]; others: readonly Problem[] } {
  const isOwn = (entry: Expired) => owner === undefined || entry.owner === owner;
  const of = (entries: readonly Expired[]) => entries.map(({ problem }) => problem);
  return { own: of(expired.filter(isOwn)), others: of(expired.filter((entry) => !isOwn(entry))) };
}
