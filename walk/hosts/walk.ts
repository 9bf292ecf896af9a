import { join } from "node:path";
import { loadEnvironment } from "../../model/load.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { removeObjects } from "../../rollout/apply.ts";
import type { Walk } from "../document-004/walk.ts";
import { kubectl } from "../kubectl.ts";
import { type WalkedRow, walkRow } from "../row.ts";
import { connectionRows } from "./connections.ts";
import { faultRows } from "./faults.ts";
import { ipv6Rows } from "./ipv6.ts";
import { retryRows } from "./retries.ts";
import { streamRows } from "./streams.ts";
import { webRows } from "./web.ts";
import { makeWorld } from "./world.ts";

/** The environment with a host of every mode. */
const FILE_HOSTS = "stacks/lab/hosts.yaml";

/**
 * Walks every way to reach a host, on the lab alone: its internet has the hosts. What an earlier, killed walk left is
 * removed first, and all that this one made at its end.
 *
 * @throws the signal's reason where it was ended
 */
export async function walkHosts(walk: Walk): Promise<WalkedRow[]> {
  const { access, programs, internet, image, deployment, signal, report } = walk;
  const { environment, problems } = loadEnvironment(FILE_HOSTS);
  if (environment === undefined)
    throw new Error(`${FILE_HOSTS}: ${problems.map(({ why }) => why).join("; ")}`);
  const world = makeWorld({
    kubectl: kubectl(programs === undefined ? "kubectl" : join(programs, "kubectl"), access),
    environment,
    deployment,
    image,
  });
  await removeObjects(access, planEnvironment(environment));
  await world.clear();
  const walked: WalkedRow[] = [];
  const walkRows = async (title: string, rows: readonly Parameters<typeof walkRow>[0][]) => {
    report(title);
    for (const row of rows) {
      const done = await walkRow(row);
      signal.throwIfAborted();
      walked.push(done);
      report(done);
    }
  };
  try {
    await world.prepare();
    await walkRows("HTTP", webRows(world));
    const { large, long } = await streamRows(world);
    await walkRows("TLS and TCP", connectionRows(world));
    if (internet?.address6 === undefined) report("IPv6: left out, as this machine has none");
    else await walkRows("IPv6", ipv6Rows(world));
    await walkRows("Retries", retryRows(world));
    await walkRows("Faults", faultRows(world));
    await walkRows("Long and large", [...large, long]);
  } finally {
    report("Removing what the walk made");
    await world.clear();
  }
  return walked;
}
