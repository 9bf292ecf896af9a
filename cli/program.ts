import { Command } from "commander";
import manifest from "sallyport/package.json" with { type: "json" };
import { checkCommand } from "./check.ts";
import { destroyCommand, previewCommand, refreshCommand, upCommand } from "./deploy/deploy.ts";
import { diffCommand } from "./diff/diff.ts";
import { CannotError, EXIT, endWithReader, reportFailure } from "./exit.ts";
import { explainCommand } from "./explain/explain.ts";
import { labCommand } from "./lab/lab.ts";
import { matrixCommand } from "./matrix/matrix.ts";
import { monitoringCommand } from "./monitoring.ts";
import { pullRequestCommand } from "./pull-request/pull-request.ts";
import { renderCommand } from "./render.ts";
import { applyCommand, deleteCommand } from "./rollout/rollout.ts";
import { schemaCommand } from "./schema.ts";

const program = new Command("sallyport")
  .description(
    "Egress gateways as code: check what is declared, see what it takes, try it on a real cluster.",
  )
  .version(manifest.version)
  .showHelpAfterError("(--help tells what each command takes)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.fine : EXIT.refused))
  .addCommand(checkCommand())
  .addCommand(renderCommand())
  .addCommand(matrixCommand())
  .addCommand(explainCommand())
  .addCommand(diffCommand())
  .addCommand(monitoringCommand())
  .addCommand(previewCommand())
  .addCommand(upCommand())
  .addCommand(refreshCommand())
  .addCommand(destroyCommand())
  .addCommand(applyCommand())
  .addCommand(deleteCommand())
  .addCommand(pullRequestCommand())
  .addCommand(schemaCommand())
  .addCommand(labCommand())
  .addHelpText(
    "after",
    `
Exit codes:
  0  fine
  1  the input is refused; every problem is on stderr, nothing on stdout
  2  the machine or the cluster can't do it; stderr says what is missing and how to get it
  3  diff: something of what --fail-on names: access gained, protection weakened, or what is not judged
  130  what writes to a cluster was interrupted (Ctrl-C); a second run goes on

Examples:
  sallyport check stacks/dev.yaml
  sallyport matrix stacks/dev.yaml
  sallyport explain stacks/dev.yaml --from news/politics --to http://edition.cnn.com
  sallyport diff origin/main...HEAD
  sallyport render stacks/dev.yaml --out build/dev
  sallyport lab up`,
  );

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

/** Node ends as if all were well when nothing is left that could wake it, though somebody still waits for an answer. */
function unfinished(): void {
  process.exitCode = reportFailure(new CannotError("ended before its work was done", "run it again"));
}

/** Commands that are added ready-made do not take over how the program ends and what it shows after an error. */
function inherit(parent: Command): void {
  for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
}
