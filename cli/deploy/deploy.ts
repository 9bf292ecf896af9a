import { join, relative } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { Command } from "commander";
import type { DeployEvent } from "../../deploy/events.ts";
import type { Watcher } from "../../deploy/operations.ts";
import { projectOf } from "../../deploy/project.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import type { Environment, Loaded } from "../../model/index.ts";
import { isConfirmed } from "../confirmed.ts";
import { CannotError, EXIT } from "../exit.ts";
import { loadDeclaration } from "../input/environment.ts";
import { helpText } from "../output/help.ts";
import { tell } from "../output/terminal.ts";
import { isPromoted, type PromotionOptions, skipPromotionOption } from "../promotion.ts";
import { linesOf } from "./lines.ts";
import { pulumi } from "./pulumi.ts";

/** Loaded when they run: the engine's interface takes a second to load. */
const stacks = () => import("../../deploy/stack.ts");
const operations = () => import("../../deploy/operations.ts");

interface Options {
  readonly stack: string;
  readonly json?: boolean;
}

interface UpOptions extends Options, PromotionOptions {
  readonly adopt?: true;
}

interface DestroyOptions extends Options {
  readonly yesDestroy?: string;
}

/** The file of a stack, without problems. */
interface Declared extends Loaded {
  readonly file: string;
  readonly environment: Environment;
}

/** Whether a command may begin; where not, it has been said why. */
type Guard<O> = (options: O, declared: Declared) => Promise<boolean> | boolean;

/** What a command does with its stack. */
type Act<O> = (stack: Stack, watcher: Watcher, options: O) => Promise<void>;

export function previewCommand(): Command {
  return deployCommand<Options & PromotionOptions>(
    new Command("preview")
      .description("Show what up would do, and change nothing in the cluster.")
      .addOption(skipPromotionOption()),
    async (stack, watcher) => (await operations()).preview(stack, watcher),
    mayPromote,
  ).addHelpText(
    "after",
    helpText(`
What others changed in the cluster since the last up is shown first, as drift.

Example:
  sallyport preview --stack dev`),
  );
}

export function upCommand(): Command {
  return deployCommand<UpOptions>(
    new Command("up")
      .description("Deploy an environment as a stack of the Pulumi engine.")
      .option("--adopt", "take over what `sallyport apply` wrote for this environment")
      .addOption(skipPromotionOption()),
    async (stack, watcher, { adopt }) => (await operations()).up(stack, watcher, adopt),
    mayPromote,
  ).addHelpText(
    "after",
    helpText(`
The file is stacks/<stack>.yaml of the project, and the program is the project's, as \`pulumi up\` has it. What others
changed in the cluster since the last up is shown first, as drift, and made again what the file says.

The state is where PULUMI_BACKEND_URL says, else where Pulumi.yaml does, else in the project's .pulumi folder; its
secrets are encrypted by PULUMI_CONFIG_PASSPHRASE. The first up writes into Pulumi.<stack>.yaml which cluster it is, and
no other is taken for this stack from then on.

Where the file has promotesFrom, what the environment named there does not grant is refused (exit code 1).

Ctrl-C ends it cleanly: what has begun is finished, and a second up goes on.

Examples:
  sallyport up --stack dev
  sallyport up --stack prod --json > events.jsonl`),
  );
}

export function refreshCommand(): Command {
  return deployCommand(
    new Command("refresh").description("Take into a stack's state what others changed in the cluster."),
    async (stack, watcher) => (await operations()).refresh(stack, watcher),
  ).addHelpText(
    "after",
    helpText(`
Nothing changes in the cluster. up needs no refresh before it.

Example:
  sallyport refresh --stack dev`),
  );
}

export function destroyCommand(): Command {
  return deployCommand<DestroyOptions>(
    new Command("destroy")
      .description("Take away from the cluster all that a stack has.")
      .option("--yes-destroy <stack>", "the stack's name once more, where nobody is there to type it"),
    async (stack, watcher) => (await operations()).destroy(stack, watcher),
    ({ stack, yesDestroy }) => isConfirmed("destroy", stack, yesDestroy),
  ).addHelpText(
    "after",
    helpText(`
The applications' routes go first, the gateways last, with their namespaces and all that is in these. It takes the
stack's name as its word: typed on the terminal, or given by --yes-destroy.

Example:
  sallyport destroy --stack dev --yes-destroy dev`),
  );
}

function deployCommand<O extends Options>(
  command: Command,
  act: Act<O>,
  guard: Guard<O> = () => true,
): Command {
  return command
    .requiredOption("--stack <name>", "the stack, such as dev for stacks/dev.yaml")
    .option("--json", "print events as JSON, one a line")
    .action(async (options: O) => {
      const { stack: name, json = false } = options;
      const project = projectOf(process.cwd());
      // The program tells of rules past their last day; what can't be deployed is told before the engine is asked.
      const file = relative("", join(project, "stacks", `${name}.yaml`));
      const loaded = loadDeclaration(file, { json, now: undefined });
      if (loaded === undefined || !(await guard(options, { ...loaded, file }))) return;
      const interrupted = new CannotError("interrupted", "run it again to finish");
      const signal = endingSignal(interrupted);
      try {
        const { openStack } = await stacks();
        const create = ["preview", "up"].includes(command.name());
        const stack = await openStack(await pulumi(), project, name, create);
        await act(stack, { tell: json ? tellJson : teller(), signal }, options);
      } catch (error) {
        if (error !== interrupted) throw error;
        tell(`sallyport: ${interrupted.message}; ${interrupted.fix}\n`);
        process.exitCode = EXIT.interrupted;
      }
    });
}

function tellJson(event: DeployEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Progress goes to stderr, the outcome to stdout. The program runs more than once: its messages are told once. */
function teller(): (event: DeployEvent) => void {
  const told = new Set<string>();
  return (event) => {
    const lines = linesOf(event);
    if (event.event === "message" && told.has(lines)) return;
    told.add(lines);
    if (event.event === "outputs" || event.event === "summary") process.stdout.write(lines);
    else tell(lines);
  };
}

function mayPromote(
  { json = false, skipPromotion }: Options & PromotionOptions,
  declared: Declared,
): boolean {
  return skipPromotion === true || isPromoted(declared.file, declared, { json });
}
