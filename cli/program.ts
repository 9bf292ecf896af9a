import { Command } from "commander";
import manifest from "sallyport/package.json" with { type: "json" };
import { CannotError, EXIT, endWithReader, reportFailure } from "./exit.ts";
import { helpText } from "./output/help.ts";
import { columnsOf, tell } from "./output/terminal.ts";

const deploy = () => import("./deploy/deploy.ts");
const rollout = () => import("./rollout/rollout.ts");

/** Each loaded where it is asked for, all for their help: what the others need takes longer to load than to run one. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["check", async () => (await import("./check.ts")).checkCommand()],
  ["render", async () => (await import("./render.ts")).renderCommand()],
  ["matrix", async () => (await import("./matrix/matrix.ts")).matrixCommand()],
  ["explain", async () => (await import("./explain/explain.ts")).explainCommand()],
  ["diff", async () => (await import("./diff/diff.ts")).diffCommand()],
  ["monitoring", async () => (await import("./monitoring.ts")).monitoringCommand()],
  ["preview", async () => (await deploy()).previewCommand()],
  ["up", async () => (await deploy()).upCommand()],
  ["refresh", async () => (await deploy()).refreshCommand()],
  ["destroy", async () => (await deploy()).destroyCommand()],
  ["apply", async () => (await rollout()).applyCommand()],
  ["delete", async () => (await rollout()).deleteCommand()],
  ["pull-request", async () => (await import("./pull-request/pull-request.ts")).pullRequestCommand()],
  ["schema", async () => (await import("./schema.ts")).schemaCommand()],
  ["lab", async () => (await import("./lab/lab.ts")).labCommand()],
]);

const program = new Command("sallyport")
  .description(
    "Egress gateways as code: check what is declared, see what it takes, try it on a real cluster.",
  )
  .version(manifest.version)
  .showHelpAfterError("(--help tells what each command takes)")
  // The names of a command's own commands may leave less than half of a line.
  .configureHelp({ minWidthToWrap: 20 })
  .configureOutput({
    getOutHelpWidth: () => columnsOf(process.stdout),
    getErrHelpWidth: () => columnsOf(process.stderr),
    outputError: tell,
  })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.fine : EXIT.refused))
  .addHelpText(
    "after",
    helpText(`
Exit codes:
  0  fine
  1  the input is refused; every problem is on stderr, nothing on stdout
  2  the machine or the cluster can't do it; stderr says what is missing and how
     to get it
  3  diff: something of what --fail-on names: access gained, protection
     weakened, or what is not judged
  130  what writes to a cluster was interrupted (Ctrl-C); a second run goes on

Examples:
  sallyport check stacks/dev.yaml
  sallyport matrix stacks/dev.yaml
  sallyport explain stacks/dev.yaml \\
    --from news/politics --to http://edition.cnn.com
  sallyport diff origin/main...HEAD
  sallyport render stacks/dev.yaml --out build/dev
  sallyport lab up`),
  );

for (const command of await commandsFor(process.argv[2])) program.addCommand(command);
inherit(program);
endWithReader(process.stdout);
endWithReader(process.stderr);
process.once("beforeExit", unfinished);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
process.off("beforeExit", unfinished);

/** The command of that name alone, or all where there is none. */
function commandsFor(name = ""): Promise<Command[]> {
  const asked = COMMANDS.get(name);
  return Promise.all((asked === undefined ? [...COMMANDS.values()] : [asked]).map((load) => load()));
}

/** Node ends as if all were well when nothing is left that could wake it, though somebody still waits for an answer. */
function unfinished(): void {
  process.exitCode = reportFailure(new CannotError("ended before its work was done", "run it again"));
}

/** Commands that are added ready-made do not take over how the program ends and what it shows after an error. */
function inherit(parent: Command): void {
  for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
}
