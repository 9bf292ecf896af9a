import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { Command } from "commander";
import { labUp, walkLab } from "../../lab/lab.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import { fail, sayProgress } from "../../walk/program.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
import { answering } from "../answering.ts";
import { benchCluster, type Container } from "../cluster.ts";
import { machine } from "../machine.ts";
import { envoyOf, envoySeconds } from "../processor.ts";
import { writeObjects } from "../write.ts";
import { parseWrk, wrkCommand } from "../wrk.ts";
import { policiesIn, policySize } from "./rbac.ts";
import { type Measured, type Round, table } from "./report.ts";
import {
  CALLED,
  clientOf,
  environmentOf,
  gatewayOf,
  objectsOf,
  policyNames,
  TEAMS,
  VARIANTS,
  type Variant,
} from "./variants.ts";

const program = new Command("npm run bench:authorization --")
  .description(
    "What a gateway's rules cost on the lab: bytes of its configuration, requests a second, and its processor's time.",
  )
  .option("--hosts <number>", "how many hosts", Number, 1_000)
  .option("--rules <number>", "how many rules each", Number, 10)
  .option("--variants <names>", `some of ${VARIANTS.join(",")}`, (text) => text.split(","), [...VARIANTS])
  .option("--seconds <number>", "how long each run of wrk takes", Number, 5)
  .option("--rounds <number>", "how often each variant is measured", Number, 5)
  .option("--image <image>", "the clients' image, with curl and wrk", LAB_IMAGE)
  .option("--json", "print JSON in place of the table");
program.parse();
const options = program.opts<{
  hosts: number;
  rules: number;
  variants: string[];
  seconds: number;
  rounds: number;
  image: string;
  json?: true;
}>();
const variants = VARIANTS.filter((variant) => options.variants.includes(variant));

const SECONDS_TO_SYNC = 300;
const DUMP_SECONDS = 120;
const URL_CALLED = `http://${CALLED}:80/`;
const LOAD = { keepAlive: true, connections: 64 };

const signal = endingSignal(new Error("interrupted; what was made is removed"));
const { kubeconfig = "", programs = "" } = await labUp({ signal, display: "silent" });
const cluster = benchCluster({
  program: join(programs, "kubectl"),
  access: { kubeconfig },
  image: options.image,
  signal,
});
try {
  await walkLab(measureAll);
} catch (error) {
  fail(signal.aborted ? signal.reason : error);
}

async function measureAll(): Promise<void> {
  try {
    await remove();
    for (const name of TEAMS) await cluster.addNamespace(name);
    const measured: Measured[] = [];
    for (const variant of variants) measured.push({ variant, ...(await deploy(variant)), rounds: [] });
    // Each round goes through all variants, so that a busy moment meets them all.
    for (let round = 1; round <= options.rounds; round++)
      for (const one of measured) one.rounds.push(await run(one.variant, round));
    const about = `${machine()}; ${options.hosts} hosts with ${options.rules} rules each; wrk for ${options.seconds} s over ${LOAD.connections} connections, ${options.rounds} times`;
    process.stdout.write(
      options.json ? `${JSON.stringify({ about, measured }, null, 2)}\n` : `${about}\n\n${table(measured)}`,
    );
  } finally {
    sayProgress("removing what was made");
    await remove();
  }
}

function remove(): Promise<void> {
  return cluster.removeNamespaces([...TEAMS, ...VARIANTS.flatMap((one) => [gatewayOf(one), clientOf(one)])]);
}

/** Deploys a variant and its client; returns when its gateway has every policy. */
async function deploy(variant: Variant): Promise<Pick<Measured, "policies" | "size">> {
  const client = sleepIn(clientOf(variant));
  const objects = objectsOf(variant, environmentOf(variant, options.hosts, options.rules));
  const names = policyNames(objects);
  await cluster.addNamespace(clientOf(variant));
  sayProgress(`${variant}: writing ${objects.length} objects`);
  await writeObjects(cluster.access, objects);
  await cluster.addClient(clientOf(variant));
  await cluster.rolledOut(clientOf(variant), "sleep");
  await cluster.rolledOut(gatewayOf(variant), variant);
  await answering(cluster, client, URL_CALLED, signal);
  const size = policySize(await dumpWith(variant, names));
  sayProgress(`${variant}: ${names.length} policies, ${size.bytes} bytes in ${size.filters} filters`);
  return { policies: names.length, size };
}

async function dumpWith(variant: Variant, names: readonly string[]): Promise<string> {
  const end = performance.now() + SECONDS_TO_SYNC * 1_000;
  for (;;) {
    const dump = await cluster.exec(
      await envoyOf(cluster, gatewayOf(variant)),
      ["pilot-agent", "request", "GET", "config_dump"],
      DUMP_SECONDS,
    );
    const there = policiesIn(dump);
    const missing = names.filter((name) => !there.has(name)).length;
    if (missing === 0) return dump;
    if (performance.now() > end)
      throw new Error(`${variant}: ${missing} policies did not get to the gateway`);
    await sleepFor(1_000, undefined, { signal });
  }
}

async function run(variant: Variant, round: number): Promise<Round> {
  const before = await envoySeconds(cluster, gatewayOf(variant));
  const command = wrkCommand(URL_CALLED, LOAD, options.seconds);
  const printed = await cluster.exec(sleepIn(clientOf(variant)), command, options.seconds + 30);
  const { requestsPerSecond, failed } = parseWrk(printed);
  if (failed > 0) throw new Error(`${variant}: ${failed} requests failed: ${printed}`);
  const seconds = (await envoySeconds(cluster, gatewayOf(variant))) - before;
  const microseconds = (seconds / (requestsPerSecond * options.seconds)) * 1e6;
  sayProgress(
    `round ${round}: ${variant}: ${requestsPerSecond.toFixed(0)}/s, ${microseconds.toFixed(1)} µs each`,
  );
  return { requestsPerSecond, microseconds };
}

function sleepIn(namespace: string): Container {
  return { namespace, pod: "deploy/sleep", container: "sleep" };
}
