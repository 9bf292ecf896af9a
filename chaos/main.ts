import { Command, Option } from "commander";
import { labUp, walkLab } from "../lab/lab.ts";
import { endingSignal } from "../lab/process/ending.ts";
import { fail, readCommandLine, sayProgress } from "../walk/program.ts";
import { isFine, type Outcome } from "./outcome.ts";
import { describeOutcome, outcomesTable } from "./report.ts";
import { run } from "./run.ts";
import { scenarios } from "./scenarios.ts";

const names = scenarios.map(({ name }) => name);
const program = new Command("npm run chaos --")
  .description(
    "Changes, breaks and restarts a gateway on the lab under load, and counts what failed and what leaked.",
  )
  .addOption(new Option("--only <name...>", "play these alone").choices(names))
  .option("--json", "print the outcomes as JSON, progress on stderr")
  .addHelpText(
    "after",
    `
Exits with 0 if no granted request failed and nothing leaked, 1 if one did or the load was too small to tell, 2 if the
machine can't do it. A pod that is killed outright may cost the requests that it had.

Example:
  npm run chaos -- --only grant revoke`,
  );
readCommandLine(program);
const { only = names, json } = program.opts<{ only?: string[]; json?: true }>();

const signal = endingSignal(new Error("interrupted; what the run made is removed"));
const outcomes: Outcome[] = [];
const report = (outcome: Outcome) => {
  outcomes.push(outcome);
  describeOutcome(outcome).forEach(sayProgress);
};
try {
  const { kubeconfig = "", programs = "" } = await labUp({ signal });
  const chosen = scenarios.filter(({ name }) => only.includes(name));
  await walkLab(() => run(chosen, { kubeconfig, programs, signal, say: sayProgress, report }));
  process.exitCode = outcomes.every(isFine) ? 0 : 1;
} catch (error) {
  fail(error);
}
// Of a run that was ended, too.
process.stdout.write(`${json ? JSON.stringify(outcomes, null, 2) : outcomesTable(outcomes)}\n`);
