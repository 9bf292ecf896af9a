import { join } from "node:path";
import { Command } from "commander";
import { labUp, walkLab } from "../../lab/lab.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import { fail, sayProgress } from "../../walk/program.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
import { type BenchCluster, benchCluster } from "../cluster.ts";
import { machine } from "../machine.ts";
import { envoySeconds } from "../processor.ts";
import { type Load, parseWrk, wrkCommand } from "../wrk.ts";
import { clientOf, deploy, remove } from "./deploy.ts";
import { type Measured, type Run, rowOf, table } from "./report.ts";
import { CLIENTS, GATEWAYS, LOADS, type MeasuredMode, MODES, urlOf, type Variant } from "./variants.ts";

const program = new Command("npm run bench:data-path --")
  .description(
    "Requests a second, latency and what the Envoys work on the lab: direct, by the documents' pattern, and by ours.",
  )
  .option("--seconds <number>", "how long each run of wrk takes", Number, 5)
  .option("--rounds <number>", "how often each is measured; medians are printed", Number, 3)
  .option("--image <image>", "the clients' image, with curl and wrk", LAB_IMAGE)
  .option("--json", "print JSON in place of the table");
program.parse();
const { seconds, rounds, image, json } = program.opts<{
  seconds: number;
  rounds: number;
  image: string;
  json?: true;
}>();

const signal = endingSignal(new Error("interrupted; what was made is removed"));
const { kubeconfig = "", programs = "" } = await labUp({ signal, display: "silent" });
const cluster = benchCluster({ program: join(programs, "kubectl"), access: { kubeconfig }, image, signal });
try {
  await walkLab(async () => {
    try {
      sayProgress("deploying both patterns and the clients");
      await deploy(cluster, signal);
      const rows = (await measure(cluster)).map(rowOf);
      const about = `${machine()}; wrk for ${seconds} s, medians of ${rounds}, one pod a gateway`;
      process.stdout.write(
        json ? `${JSON.stringify({ about, rows }, null, 2)}\n` : `${about}\n\n${table(rows)}`,
      );
    } finally {
      sayProgress("removing what was made");
      await remove(cluster);
    }
  });
} catch (error) {
  fail(signal.aborted ? signal.reason : error);
}

/** Each round goes through all modes and loads, and the variants of one come one after the other: a busy moment meets all. */
async function measure(cluster: BenchCluster): Promise<Measured[]> {
  const cases = MODES.flatMap((mode) => LOADS.map((load) => ({ mode, load })));
  const measured = cases.map(({ mode: { mode }, load }) => ({
    mode,
    load,
    rounds: [] as Measured["rounds"][number][],
  }));
  for (let round = 1; round <= rounds; round++)
    for (const [index, { mode, load }] of cases.entries()) {
      const kept = load.keepAlive ? "keep-alive" : "no keep-alive";
      sayProgress(`round ${round}: ${mode.mode}, ${kept}, connections: ${load.connections}`);
      const direct = await run(cluster, mode, "direct", load);
      const docs = await run(cluster, mode, "docs", load);
      const ours = await run(cluster, mode, "ours", load);
      measured[index]?.rounds.push({ direct, docs, ours });
    }
  return measured;
}

async function run(cluster: BenchCluster, mode: MeasuredMode, variant: Variant, load: Load): Promise<Run> {
  const command = wrkCommand(urlOf(mode, variant), load, seconds);
  const before = await workOf(cluster, variant);
  const one = parseWrk(await cluster.exec(clientOf(variant), command, seconds + 30));
  const worked = (await workOf(cluster, variant)) - before;
  const processor = (worked / (one.requestsPerSecond * seconds)) * 1e6;
  sayProgress(
    `  ${variant}: ${one.requestsPerSecond.toFixed(0)}/s, p50 ${one.p50} ms, p99 ${one.p99} ms, ${processor.toFixed(0)} µs of Envoy`,
  );
  return { ...one, processor };
}

/** Seconds that the processor has worked for the Envoys on a variant's way. */
async function workOf(cluster: BenchCluster, variant: Variant): Promise<number> {
  if (variant === "direct") return 0;
  const sidecar = await envoySeconds(cluster, CLIENTS[variant]);
  return sidecar + (await envoySeconds(cluster, GATEWAYS[variant]));
}
