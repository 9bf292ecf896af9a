import { Command, InvalidArgumentError } from "commander";
import type { Environment, Loaded } from "../../model/index.ts";
import { objectKey, type PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import type { Rollout } from "../../rollout/apply.ts";
import { describe, type Lag } from "../../rollout/gate/lag.ts";
import type { Stage } from "../../rollout/stages.ts";
import { isConfirmed } from "../confirmed.ts";
import { EXIT } from "../exit.ts";
import { count, loadDeclaration, nowOption, warn } from "../input/environment.ts";
import { helpText } from "../output/help.ts";
import { tell } from "../output/terminal.ts";
import { isPromoted, type PromotionOptions, skipPromotionOption } from "../promotion.ts";
import { guardCluster } from "./guard.ts";

/** Loaded when it runs: check and render have no use for a cluster's client. */
const rollout = () => import("../../rollout/apply.ts");

const DEFAULT_LIMIT_SECONDS = 120;

interface Options extends PromotionOptions {
  readonly yesDelete?: string;
  readonly context: string;
  readonly kubeconfig?: string;
  readonly gateTimeout: number;
  readonly dryRun?: true;
  readonly now?: Date;
}

export function applyCommand(): Command {
  return rolloutCommand(
    new Command("apply").description(
      "Write an environment to a cluster, stage by stage, each when every proxy has the one before.",
    ),
    planEnvironment,
    (options, file, declaration) => options.skipPromotion === true || isPromoted(file, declaration, options),
  )
    .addOption(skipPromotionOption())
    .addHelpText(
      "after",
      helpText(`
Written by server-side apply with the field manager sallyport. What apply wrote for this environment before and the file
no longer declares is removed, and a line names who else has fields of it; objects of others are left alone, and a field
of theirs in one that is written is a conflict that names them.

In a project, the first apply writes into Pulumi.<stack>.yaml which cluster it is, and no other is taken from then on.

Interrupted anywhere, a second run goes on from what is there.

Examples:
  sallyport apply stacks/dev.yaml --context dev --dry-run
  sallyport apply stacks/dev.yaml --context dev`),
    );
}

export function deleteCommand(): Command {
  return rolloutCommand(
    new Command("delete").description("Take away from a cluster what apply wrote for an environment."),
    () => [],
    async ({ dryRun, yesDelete }, _, { environment }) =>
      dryRun === true || (await isConfirmed("delete", environment.name, yesDelete)),
  )
    .option("--yes-delete <environment>", "its name once more, where nobody is there to type it")
    .addHelpText(
      "after",
      helpText(`
The applications' routes go first, then what locks their namespaces down, then the gateways. A gateway's namespace in
which others have something is kept. It takes the environment's name as its word: typed on the terminal, or given by
--yes-delete.

Example:
  sallyport delete stacks/dev.yaml --context dev --yes-delete dev`),
    );
}

/** Whether a rollout may begin; where not, it has been said why. */
type Guard = (
  options: Options,
  file: string,
  declaration: Loaded & { readonly environment: Environment },
) => Promise<boolean> | boolean;

function rolloutCommand(
  command: Command,
  plan: (environment: Environment) => PlannedObject[],
  guard: Guard = () => true,
): Command {
  return command
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .requiredOption("--context <name>", "the kubeconfig context of the cluster")
    .option("--kubeconfig <path>", "the kubeconfig file, where it is not your own")
    .option("--dry-run", "print the stages and ask the API server about each write, but change nothing")
    .option(
      "--gate-timeout <seconds>",
      "how long a stage may take to be in force; what gateways drain comes on top",
      parseSeconds,
      DEFAULT_LIMIT_SECONDS,
    )
    .addOption(nowOption())
    .action(async (file: string, options: Options) => {
      const declaration = loadDeclaration(file, { now: options.now });
      if (declaration === undefined) return;
      warn(declaration.expired.map(({ problem }) => problem));
      if (!(await guard(options, file, declaration))) return;
      const { environment } = declaration;
      if (!options.dryRun) process.on("SIGINT", interrupted);
      const { context, kubeconfig } = options;
      const access = { context, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
      await guardCluster(access, file, command.name() === "apply" && !options.dryRun);
      const { planRollout, runRollout, tryRollout } = await rollout();
      const planned = await planRollout(access, environment.name, plan(environment));
      const onNote = (note: string) => tell(`${note}\n`);
      if (options.dryRun) {
        await tryRollout(access, planned, onNote);
        process.stdout.write(planned.stages.map(stageLines).join(""));
      } else {
        await runRollout(access, planned, {
          istiodNamespace: environment.mesh.namespace,
          limitSeconds: options.gateTimeout,
          onStage: (stage) => process.stderr.write(`${stageLine(stage)}\n`),
          onInForce: (seconds) => process.stderr.write(`  in force after ${seconds.toFixed(1)} s\n`),
          onNote,
          report: (lags) => tell(waitingLines(lags)),
        });
      }
      process.stdout.write(summary(environment.name, planned, options.dryRun));
    });
}

/** What is written stays; nothing has to be undone. */
function interrupted(): never {
  process.stderr.write("sallyport: interrupted; run it again to finish\n");
  process.exit(EXIT.interrupted);
}

/** Such as `expand routes: 3 written`. */
function stageLine({ phase, wave, write, remove }: Stage): string {
  const parts = [
    ...(write.length > 0 ? [`${count(write.length, "object")} to write`] : []),
    ...(remove.length > 0 ? [`${count(remove.length, "object")} to remove`] : []),
  ];
  return `${phase} ${wave}: ${parts.join(", ")}`;
}

function stageLines(stage: Stage): string {
  const lines = [
    ...stage.write.map((manifest) => `  write  ${objectKey(manifest)}`),
    ...stage.remove.map((manifest) => `  remove ${objectKey(manifest)}`),
  ];
  return `${[stageLine(stage), ...lines].join("\n")}\n`;
}

/** A large mesh has many proxies; the first few tell enough. */
const SHOWN = 3;

function waitingLines(lags: readonly Lag[]): string {
  const more = lags.length > SHOWN ? [`  … and ${lags.length - SHOWN} more`] : [];
  return `${[...lags.slice(0, SHOWN).map((lag) => `  waiting: ${describe(lag)}`), ...more].join("\n")}\n`;
}

function summary(environment: string, { stages }: Rollout, dryRun: true | undefined): string {
  if (stages.length === 0) return `${environment}: nothing to change\n`;
  return `${environment}: ${count(stages.length, "stage")} ${dryRun ? "would be written; nothing was" : "written and in force"}\n`;
}

const LONGEST_SECONDS = 86_400;

function parseSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds === 0 || seconds > LONGEST_SECONDS)
    throw new InvalidArgumentError(`Give whole seconds from 1 to ${LONGEST_SECONDS}.`);
  return seconds;
}
