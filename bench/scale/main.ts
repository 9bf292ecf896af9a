import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { findEngine } from "../../deploy/engine.ts";
import { labUp, walkLab } from "../../lab/lab.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import { fail, sayProgress } from "../../walk/program.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
import { benchCluster } from "../cluster.ts";
import { machine } from "../machine.ts";
import { commandCost, planCost } from "../processes.ts";
import { extrapolate } from "./extrapolate.ts";
import { type Bench, measure, measureEngine } from "./measure.ts";
import type { Case, LocalCost, Outcome } from "./outcome.ts";
import {
  docs,
  environmentFile,
  estimateOf,
  hostsOf,
  MODES,
  ours,
  type Pattern,
  type ScaleMode,
} from "./patterns.ts";
import { report } from "./report.ts";

const program = new Command("npm run bench:scale --")
  .description(
    "Measures our objects against the documents' five a host, on one cluster, one after the other.",
  )
  .option("--hosts <numbers>", "how many hosts, such as 10,100,1000", sizes, [10, 100, 300, 1000])
  .option("--modes <modes>", `some of ${MODES.join(", ")}`, modes, [...MODES])
  .option(
    "--docs-at-most <hosts>",
    "beyond so many hosts the documents' pattern is extrapolated",
    wholeNumber,
    300,
  )
  .option("--docs-limit-minutes <minutes>", "what takes longer is stopped and extrapolated", minutes, 20)
  .option("--context <name>", "a context of your kubeconfig; the lab where left out")
  .option("--image <image>", "the clients' image, with sleep", LAB_IMAGE)
  .option("--json", "print JSON in place of the tables");
program.parse();
const options = program.opts<{
  hosts: number[];
  modes: ScaleMode[];
  docsAtMost: number;
  docsLimitMinutes: number;
  context?: string;
  image: string;
  json?: true;
}>();

const signal = endingSignal(new Error("interrupted; what was made is removed"));
const engine = await findEngine();
if (engine.command === undefined) sayProgress(`The engine is left out: ${engine.missing}`);
const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  const bench = await benchOf();
  const cases = await (options.context === undefined ? walkLab(() => casesOf(bench)) : casesOf(bench));
  if (options.json) process.stdout.write(`${JSON.stringify({ machine: machine(), cases }, null, 2)}\n`);
  else process.stdout.write(`${machine()}\n`);
} catch (error) {
  fail(signal.aborted ? signal.reason : error);
} finally {
  rmSync(folder, { recursive: true });
}

async function casesOf(bench: Bench): Promise<Case[]> {
  const cases: Case[] = [];
  for (const size of options.hosts)
    for (const mode of options.modes) {
      sayProgress(`${size} hosts, ${mode}`);
      const one = await caseOf(bench, size, mode, cases);
      cases.push(one);
      if (!options.json) process.stdout.write(`${report(one)}\n`);
    }
  return cases;
}

async function benchOf(): Promise<Bench> {
  const { context, image, docsLimitMinutes } = options;
  const lab = await labUp({ signal, display: "silent", ...(context === undefined ? {} : { context }) });
  const access = {
    ...(lab.kubeconfig === undefined ? {} : { kubeconfig: lab.kubeconfig }),
    ...(lab.context === undefined ? {} : { context: lab.context }),
  };
  const kubectl = lab.programs === undefined ? "kubectl" : join(lab.programs, "kubectl");
  const cluster = benchCluster({ program: kubectl, access, image, signal });
  return { cluster, folder, limit: docsLimitMinutes * 60, signal, say: sayProgress };
}

async function caseOf(bench: Bench, size: number, mode: ScaleMode, before: readonly Case[]): Promise<Case> {
  const hosts = hostsOf(size, mode);
  const file = join(folder, "environment.yaml");
  writeFileSync(file, environmentFile(hosts));
  const local: LocalCost = {
    check: await commandCost(["check", file]),
    plan: await planCost(file),
    render: await commandCost(["render", file]),
  };
  return {
    hosts: size,
    mode,
    limit: bench.limit,
    local,
    estimate: estimateOf(hosts),
    ours: await outcomeOf(bench, ours(hosts)),
    docs: docsFrom(size, mode, before) ?? (await outcomeOf(bench, docs(hosts))),
  };
}

/** Reckoned from the two largest sizes before; undefined where it is to be measured. */
function docsFrom(size: number, mode: ScaleMode, before: readonly Case[]): Outcome | undefined {
  if (size <= options.docsAtMost) return undefined;
  const [small, large] = before
    .filter((one) => one.mode === mode && one.docs.extrapolatedFrom === undefined)
    .map((one) => ({ hosts: one.hosts, outcome: one.docs }))
    .slice(-2);
  return small === undefined || large === undefined ? undefined : extrapolate(size, small, large);
}

async function outcomeOf(bench: Bench, pattern: Pattern): Promise<Outcome> {
  const measured = await measure(bench, pattern);
  if (engine.command === undefined) return measured;
  return { ...measured, engine: await measureEngine(bench, engine.command, pattern) };
}

function sizes(text: string): number[] {
  return text.split(",").map(wholeNumber);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0)
    throw new InvalidArgumentError("Give whole numbers above 0, such as 10,100 where it takes several.");
  return number;
}

function modes(text: string): ScaleMode[] {
  return text.split(",").map((name) => {
    const mode = MODES.find((known) => known === name);
    if (mode === undefined) throw new InvalidArgumentError(`Give some of ${MODES.join(",")}.`);
    return mode;
  });
}

function minutes(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError("Give minutes above 0.");
  return number;
}
