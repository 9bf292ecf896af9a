import { setTimeout as sleepFor } from "node:timers/promises";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { ExecaError } from "execa";
import type { BenchCluster, Container } from "../cluster.ts";
import { envoyOf } from "../processor.ts";
import { type Applied, applyWithin, type Change } from "./apply.ts";
import { engineTimes } from "./engine.ts";
import type { EngineCost, Outcome, ProxyEnd } from "./outcome.ts";
import { NAMESPACES, type Pattern, PLACES, type Place } from "./patterns.ts";
import { inSync, STATISTICS, type SyncStatus, sizeOf } from "./proxies.ts";
import { type Programs, programsOf } from "./stacks.ts";

/** What a measurement works with. */
export interface Bench {
  readonly cluster: BenchCluster;
  /** A folder for files between processes. */
  readonly folder: string;
  /** Seconds after which an apply, and a wait for proxies, is given up. */
  readonly limit: number;
  readonly signal: AbortSignal;
  say(line: string): void;
}

const ISTIOD = { namespace: "istio-system", label: "app=istiod", container: "discovery" } as const;
const POLL_MILLISECONDS = 500;
/** A dump of thousands of clusters takes its time. */
const DUMP_SECONDS = 120;

/**
 * The real engine, where it is found: without clients, as only the engine's own time counts. Ours once without gates, as
 * the documents' pattern has none, and once with them.
 */
export async function measureEngine(
  bench: Bench,
  command: PulumiCommand,
  pattern: Pattern,
): Promise<EngineCost> {
  const { cluster, limit, signal, say } = bench;
  const { access } = cluster;
  const run = async (programs: Programs, what: string): Promise<EngineCost> => {
    await cluster.removeNamespaces(Object.values(NAMESPACES));
    try {
      await addNamespaces(cluster);
      say(`${pattern.name}: pulumi up of ${pattern.objects.length} objects${what}`);
      const times = await engineTimes({ command, access, programs, limit, signal });
      return { ...times, resources: await cluster.count(pattern.objects.map(({ manifest }) => manifest)) };
    } finally {
      say(`${pattern.name}: removing`);
      await cluster.removeNamespaces(Object.values(NAMESPACES));
    }
  };
  const plain = await run(programsOf(pattern), "");
  if (pattern.environments === undefined) return plain;
  const { hosts: gated } = await run(programsOf(pattern, access), ", with gates");
  return { ...plain, gated };
}

/** Deploys a pattern beside fresh clients, measures it and takes all of it away again. */
export async function measure(bench: Bench, pattern: Pattern): Promise<Omit<Outcome, "engine">> {
  const { cluster, folder, limit, signal, say } = bench;
  const { objects, base, gateway } = pattern;
  const apply: Apply = (change) =>
    applyWithin({ access: cluster.access, limitSeconds: limit, ...change }, folder, signal);
  // What a killed run left would be measured too.
  await cluster.removeNamespaces(Object.values(NAMESPACES));
  try {
    await addNamespaces(cluster);
    await apply({ objects: base });
    await addClients(cluster);
    await cluster.rolledOut(gateway.namespace, gateway.deployment);
    const proxies = await proxiesOf(cluster, pattern);
    const without = await sizes(cluster, proxies);
    say(`${pattern.name}: applying ${objects.length} objects`);
    const commanded = pattern.name === "ours" ? await byCommand(apply, pattern) : undefined;
    const begin = performance.now();
    const { seconds } = await apply({ objects });
    const stopped = seconds === undefined;
    const reached = stopped ? undefined : await waitUntilInSync(bench, proxies, pattern.marks);
    const written = stopped ? await cluster.count(objects.map(({ manifest }) => manifest)) : objects.length;
    // By hand a second apply writes all again; ours is told apart from what is there.
    const byHand = async () => (stopped ? undefined : (await apply({ objects })).seconds);
    const again = commanded === undefined ? await byHand() : commanded.again;
    return {
      pattern: pattern.name,
      resources: objects.length,
      written,
      apply: seconds,
      gated: commanded?.gated,
      again,
      inSync: reached === undefined ? undefined : (reached - begin) / 1000,
      proxies: grownFrom(without, await sizes(cluster, proxies)),
    };
  } finally {
    say(`${pattern.name}: removing`);
    await cluster.removeNamespaces(Object.values(NAMESPACES));
  }
}

/** Applies to the bench's cluster, within its limit. */
type Apply = (change: Omit<Change, "access" | "limitSeconds">) => Promise<Applied>;

/** By `sallyport apply`: seconds from no host to all, and of a second time. Then no host is left again. */
async function byCommand(
  apply: Apply,
  { base, objects }: Pattern,
): Promise<{ gated: number | undefined; again: number | undefined }> {
  const environment = "bench";
  const { seconds: gated } = await apply({ objects, environment });
  const { seconds: again } = await apply({ objects, environment });
  await apply({ objects: base, environment });
  return { gated, again };
}

async function addNamespaces({ addNamespace }: BenchCluster): Promise<void> {
  for (const name of [NAMESPACES.few, NAMESPACES.all, NAMESPACES.docs]) await addNamespace(name);
}

async function addClients({ addClient, rolledOut }: BenchCluster): Promise<void> {
  for (const name of [NAMESPACES.few, NAMESPACES.all]) await addClient(name);
  for (const name of [NAMESPACES.few, NAMESPACES.all]) await rolledOut(name, "sleep");
}

type Proxies = Readonly<Record<Place, Container>>;

async function proxiesOf(cluster: BenchCluster, { gateway }: Pattern): Promise<Proxies> {
  return {
    few: await envoyOf(cluster, NAMESPACES.few),
    all: await envoyOf(cluster, NAMESPACES.all),
    gateway: await envoyOf(cluster, gateway.namespace),
  };
}

/** The time at which every proxy had acknowledged all and held its mark; undefined where the limit came first. */
async function waitUntilInSync(
  { cluster, limit, signal }: Bench,
  proxies: Proxies,
  marks: Pattern["marks"],
): Promise<number | undefined> {
  const names = Object.values(proxies).map(({ pod, namespace }) => `${pod}.${namespace}`);
  const end = performance.now() + limit * 1000;
  while (performance.now() < end) {
    const asked = performance.now();
    if (inSync(await syncStatus(cluster), names) && (await allHold(cluster, proxies, marks))) return asked;
    await sleepFor(POLL_MILLISECONDS, undefined, { signal });
  }
  return undefined;
}

async function allHold(cluster: BenchCluster, proxies: Proxies, marks: Pattern["marks"]): Promise<boolean> {
  for (const place of PLACES) {
    const dump = await admin(cluster, proxies[place], "config_dump");
    if (dump === undefined || !dump.includes(marks[place])) return false;
  }
  return true;
}

/** What each istiod says of its own proxies. */
async function syncStatus({ pods, exec }: BenchCluster): Promise<SyncStatus[][]> {
  const command = ["pilot-discovery", "request", "GET", "/debug/syncz"];
  const answers: SyncStatus[][] = [];
  for (const pod of await pods(ISTIOD.namespace, ISTIOD.label))
    answers.push(JSON.parse(await exec({ ...ISTIOD, pod }, command)) as SyncStatus[]);
  return answers;
}

async function sizes(cluster: BenchCluster, proxies: Proxies): Promise<Outcome["proxies"]> {
  const size = async (place: Place) => {
    const dump = await admin(cluster, proxies[place], "config_dump");
    const statistics = await admin(cluster, proxies[place], STATISTICS);
    const restarts = await cluster.restarts(proxies[place]);
    const there = dump !== undefined && statistics !== undefined;
    return { restarts, ...(there ? { size: sizeOf(dump, statistics) } : {}) };
  };
  return { few: await size("few"), all: await size("all"), gateway: await size("gateway") };
}

function grownFrom(without: Outcome["proxies"], ends: Outcome["proxies"]): Outcome["proxies"] {
  const one = (place: Place): ProxyEnd => {
    const [before, after] = [without[place].size?.bytes, ends[place].size?.bytes];
    return { ...ends[place], ...(before && after ? { grown: after - before } : {}) };
  };
  return { few: one("few"), all: one("all"), gateway: one("gateway") };
}

/** What Envoy answers; undefined where it does not, as one that ran out of memory. */
async function admin({ exec }: BenchCluster, proxy: Container, path: string): Promise<string | undefined> {
  try {
    return await exec(proxy, ["pilot-agent", "request", "GET", path], DUMP_SECONDS);
  } catch (error) {
    if (error instanceof ExecaError && !error.isCanceled) return undefined;
    throw error;
  }
}
