import { randomInt } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { LabError } from "../lab/errors.ts";
import { labUp, walkLab } from "../lab/lab.ts";
import { endingSignal } from "../lab/process/ending.ts";
import { describeResult } from "./report.ts";
import { run } from "./run.ts";

const program = new Command("npm run conformance --")
  .description(
    "Asks random calls in random environments on the lab, and compares what Envoy answers with what the evaluator reads out of the manifests.",
  )
  .option("--probes <count>", "how many calls", whole, 2000)
  .option("--seed <number>", "asks the same again", whole, randomInt(2 ** 31))
  .option("--json", "print the result as JSON, progress on stderr")
  .addHelpText(
    "after",
    `
Exits with 0 if all answers agree, 1 if one does not, 2 if the machine can't do it.

Example:
  npm run conformance -- --probes 200 --seed 7`,
  );
// 1 is a finding; a command that can't be read is none.
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
program.parse();
const { probes, seed, json } = program.opts<{ probes: number; seed: number; json?: true }>();

const signal = endingSignal(new Error("interrupted; what the run made is removed"));
const begun = Date.now();
const say = (line: string) =>
  process.stderr.write(`${((Date.now() - begun) / 1000).toFixed(1).padStart(7)} ${line}\n`);
try {
  const { kubeconfig = "", programs = "" } = await labUp({ signal });
  const result = await walkLab(() => run({ access: { kubeconfig }, programs, probes, seed, signal, say }));
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : describeResult(result)}\n`);
  process.exitCode = result.disagreeing === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof LabError) process.stderr.write(`  fix: ${error.fix}\n`);
  process.exitCode = 2;
}

function whole(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("a whole number, please");
  return Number(text);
}
