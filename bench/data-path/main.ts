import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { Command } from "commander";
import { labUp } from "../../lab/lab.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { applyObjects } from "../../rollout/apply.ts";
import { LAB_IMAGE } from "../../walk/walk-004.ts";
import { type BenchCluster, benchCluster } from "../cluster.ts";
import { docsGateway, docsObjects } from "../docs-pattern.ts";
import { loadText } from "../load-text.ts";
import { machine } from "../statistics.ts";
import { type Measured, rowOf, table } from "./report.ts";
import {
  docsHosts,
  environmentFile,
  LOADS,
  type Load,
  type MeasuredMode,
  MODES,
  NAMESPACES,
  urlOf,
  VARIANTS,
  type Variant,
  wrkCommand,
} from "./variants.ts";
import { parseWrk, type WrkRun } from "./wrk.ts";

const program = new Command("npm run bench:data-path --")
  .description("Requests a second and latency on the lab: direct, by the documents' pattern, and by ours.")
  .option("--seconds <number>", "how long each run of wrk takes", Number, 5)
  .option("--rounds <number>", "how often each is measured; medians are printed", Number, 3)
  .option("--image <image>", "the clients' image, with curl and wrk", LAB_IMAGE)
  .option("--json", "print JSON in place of the table");
program.parse();
const options = program.opts<{ seconds: number; rounds: number; image: string; json?: true }>();

const signal = endingSignal(new Error("interrupted; what was made is removed"));
const { kubeconfig = "", programs = "" } = await labUp({ signal, display: "silent" });
const cluster = benchCluster({
  program: join(programs, "kubectl"),
  access: { kubeconfig },
  image: options.image,
  signal,
});
try {
  await deploy(cluster);
  const rows = (await measure(cluster)).map(rowOf);
  const { seconds, rounds } = options;
  const about = `${machine()}; wrk, ${seconds} s, medians of ${rounds}, one pod a gateway.`;
  process.stdout.write(
    options.json ? `${JSON.stringify({ about, rows }, null, 2)}\n` : `${about}\n\n${table(rows)}`,
  );
} finally {
  say("removing what was made");
  await cluster.removeNamespaces(Object.values(NAMESPACES));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function deploy({ access, addNamespace, addClient, rolledOut }: BenchCluster): Promise<void> {
  say("deploying both patterns and the clients");
  await addNamespace(NAMESPACES.direct, false);
  await addNamespace(NAMESPACES.client);
  await addNamespace(NAMESPACES.docs);
  const docs = [
    ...docsGateway(NAMESPACES.docs),
    ...docsHosts().flatMap((host) => docsObjects(NAMESPACES.docs, host)),
  ];
  await applyObjects(access, docs);
  await applyObjects(access, planEnvironment(loadText(environmentFile())));
  for (const namespace of [NAMESPACES.direct, NAMESPACES.client]) {
    await addClient(namespace);
    await rolledOut(namespace, "sleep");
  }
  await rolledOut(NAMESPACES.docs, "istio-egressgateway");
  await rolledOut(NAMESPACES.ours, "egress");
  for (const mode of MODES) for (const variant of VARIANTS) await answering(mode, variant);
}

function clientOf(variant: Variant) {
  const namespace = variant === "direct" ? NAMESPACES.direct : NAMESPACES.client;
  return { namespace, pod: "deploy/sleep", container: "sleep" };
}

const SECONDS_TO_ANSWER = 60;

/** Waits until a variant answers with 200: every proxy on its way has its configuration then. */
async function answering(mode: MeasuredMode, variant: Variant): Promise<void> {
  const url = urlOf(mode, variant);
  const curl = [
    "curl",
    "--silent",
    "--max-time",
    "5",
    "--output",
    "/dev/null",
    "--write-out",
    "%{http_code}",
  ];
  let code = "";
  for (let second = 0; second < SECONDS_TO_ANSWER; second++) {
    // Any failure is asked again; curl's own exit code would end it.
    code = await cluster.exec(clientOf(variant), ["sh", "-c", `${curl.join(" ")} ${url} || true`]);
    if (code.endsWith("200")) return;
    await sleepFor(1_000, undefined, { signal });
  }
  throw new Error(`${url} does not answer by ${variant}: ${code}`);
}

async function measure(cluster: BenchCluster): Promise<Measured[]> {
  const cases = MODES.flatMap((mode) => LOADS.map((load) => ({ mode, load })));
  const measured = cases.map(({ mode, load }) => ({
    mode: mode.mode,
    load,
    rounds: [] as Measured["rounds"][number][],
  }));
  for (let round = 1; round <= options.rounds; round++)
    for (const [index, { mode, load }] of cases.entries()) {
      const { keepAlive, connections } = load;
      say(
        `round ${round}: ${mode.mode}, ${keepAlive ? "keep-alive" : "no keep-alive"}, ${connections} connections`,
      );
      const direct = await run(cluster, mode, "direct", load);
      const docs = await run(cluster, mode, "docs", load);
      const ours = await run(cluster, mode, "ours", load);
      measured[index]?.rounds.push({ direct, docs, ours });
    }
  return measured;
}

async function run(
  { exec }: BenchCluster,
  mode: MeasuredMode,
  variant: Variant,
  load: Load,
): Promise<WrkRun> {
  const command = wrkCommand(urlOf(mode, variant), load, options.seconds);
  const measured = parseWrk(await exec(clientOf(variant), command, options.seconds + 30));
  say(
    `  ${variant}: ${measured.requestsPerSecond.toFixed(0)}/s, p50 ${measured.p50} ms, p99 ${measured.p99} ms`,
  );
  return measured;
}
