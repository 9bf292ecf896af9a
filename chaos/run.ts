import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { logDirectory } from "../lab/paths.ts";
import { kubectl as kubectlOn } from "../walk/kubectl.ts";
import { LAB_IMAGE } from "../walk/workloads.ts";
import {
  giveClientCertificate,
  makeNamespaces,
  mendLab,
  removeNamespaces,
  startClients,
  stopClients,
  waitForGateway,
} from "./cluster.ts";
import type { Declared, Lifetime } from "./grants.ts";
import { followLoad, type Load } from "./load.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type Sallyport, sallyport } from "./sallyport.ts";
import type { Scenario } from "./scenarios.ts";
import type { Span } from "./timeline.ts";
import { endOf, visitsSince } from "./visits.ts";
import { clients, DRAIN_SECONDS } from "./world.ts";

/** Where the scenarios are played, and who is told. */
interface Run {
  readonly kubeconfig: string;
  /** The folder with kubectl. */
  readonly programs: string;
  /** Ends the run; what it made is removed. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly report: (outcome: Outcome) => void;
}

/** Clients have made their connections by then, and what happens is seen beside what was before. */
const WARMING_SECONDS = 5;
const BEFORE_SECONDS = 5;
/** What drains is cut by then, and all lines are written. */
const AFTER_SECONDS = DRAIN_SECONDS + 5;
const LINES_SECONDS = 2;
const VISITS = join(logDirectory, "internet-web.log");

/**
 * Plays scenarios one after the other under load. What an earlier, killed run left is removed first, and all that this
 * one made at its end.
 *
 * @throws the signal's reason where it was ended
 */
export async function run(scenarios: readonly Scenario[], options: Run): Promise<void> {
  const { kubeconfig, programs, signal, say, report } = options;
  const kubectl = kubectlOn(join(programs, "kubectl"), { kubeconfig });
  const folder = await mkdtemp(join(tmpdir(), "sallyport-chaos-"));
  const command = (ending: AbortSignal) => sallyport({ kubeconfig, folder, signal: ending, say });
  const clear = async () => {
    await mendLab(kubectl);
    // Not by the run's signal: that may have been given already.
    await command(new AbortController().signal).apply("nothing");
    await removeNamespaces(kubectl);
  };
  try {
    say("Removing what an earlier run left");
    await clear();
    await makeNamespaces(kubectl);
    let declared: Declared = "nothing";
    for (const scenario of scenarios) {
      const { name, start } = scenario;
      signal.throwIfAborted();
      say(`${name}: preparing`);
      if (declared !== start) await command(signal).apply(start);
      if (start !== "nothing") await waitForGateway(kubectl);
      // New for each scenario, so that no connection is older than what it starts from.
      await startClients(kubectl, LAB_IMAGE);
      if (start !== "nothing") await giveClientCertificate(kubectl);
      const load = followLoad(programs, kubeconfig, clients);
      try {
        const played = await play(scenario, { kubectl, command: command(signal), load, signal, say });
        declared = played.after;
        report(played.outcome);
      } finally {
        await load.close();
      }
      await stopClients(kubectl);
    }
  } finally {
    say("Removing what the run made");
    await clear().finally(() => rm(folder, { recursive: true }));
  }
}

interface Parts {
  readonly kubectl: ReturnType<typeof kubectlOn>;
  readonly command: Sallyport;
  readonly load: Load;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

async function play(
  { name, start, act }: Scenario,
  { kubectl, command, load, signal, say }: Parts,
): Promise<{ outcome: Outcome; after: Declared }> {
  await pause(WARMING_SECONDS * 1000, undefined, { signal });
  const visitsFrom = await endOf(VISITS);
  const timeline: Span[] = [{ from: Date.now(), before: start, after: start }];
  const cuts: Lifetime[] = [];
  const gateSeconds: number[] = [];
  let declared = start;
  const during = async (after: Declared, change: () => Promise<number>, isGiven = false) => {
    timeline.push({ from: Date.now(), before: declared, after });
    gateSeconds.push(await change());
    if (isGiven) {
      timeline.push({ from: Date.now(), before: declared, after, isDraining: true });
      await pause(AFTER_SECONDS * 1000, undefined, { signal });
    }
    timeline.push({ from: Date.now(), before: after, after });
    declared = after;
  };
  await pause(BEFORE_SECONDS * 1000, undefined, { signal });
  say(`${name}: begins`);
  await act({
    kubectl,
    signal,
    apply: (after) => during(after, () => command.apply(after)),
    give: (after) => during(after, () => command.apply(after), true),
    applyThroughKills: (after) => during(after, () => applyThroughKills(command, after, say)),
    cut: async (action) => {
      const begun = Date.now();
      await action();
      cuts.push({ begun, ended: Date.now() });
    },
  });
  await pause(AFTER_SECONDS * 1000, undefined, { signal });
  const ended = Date.now();
  await pause(LINES_SECONDS * 1000, undefined, { signal });
  const seen = { lines: load.take(), visits: await visitsSince(VISITS, visitsFrom) };
  return {
    outcome: outcomeOf({ scenario: name, timeline, gateSeconds, cuts, ended }, seen),
    after: declared,
  };
}

const KILLS = 6;
/** Node takes about a second to start, and the stages of a change some ten to be written. */
const EARLIEST_MILLISECONDS = 500;
const LATEST_MILLISECONDS = 12_000;

/** @returns seconds that the gates took, of the runs that were killed too */
async function applyThroughKills(
  { apply, applyKilled }: Sallyport,
  declared: Declared,
  say: (line: string) => void,
): Promise<number> {
  let sum = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const after = randomInt(EARLIEST_MILLISECONDS, LATEST_MILLISECONDS);
    const { isDone, gateSeconds } = await applyKilled(declared, after);
    say(isDone ? `done within ${after} ms` : `killed after ${after} ms`);
    sum += gateSeconds;
    if (isDone) return sum;
  }
  return sum + (await apply(declared));
}
