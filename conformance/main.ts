import { randomInt } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { labUp, walkLab } from "../lab/lab.ts";
import { endingSignal } from "../lab/process/ending.ts";
import { fail, readCommandLine, sayProgress } from "../walk/program.ts";
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
readCommandLine(program);
const { probes, seed, json } = program.opts<{ probes: number; seed: number; json?: true }>();

const signal = endingSignal(new Error("interrupted; what the run made is removed"));
try {
  const { kubeconfig = "", programs = "" } = await labUp({ signal });
  const result = await walkLab(() =>
    run({ access: { kubeconfig }, programs, probes, seed, signal, say: sayProgress }),
  );
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : describeResult(result)}\n`);
  process.exitCode = result.disagreeing === 0 ? 0 : 1;
} catch (error) {
  fail(error);
}

function whole(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("a whole number, please");
  return Number(text);
}
