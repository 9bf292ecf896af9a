import { planEnvironment } from "../../plan/plan.ts";
import { removeObjects } from "../../rollout/apply.ts";
import { readEnvironment } from "../environment.ts";
import type { Row, WalkedRow } from "../row.ts";
import { kubectlOf, type Walk, walkRows } from "../walk.ts";
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
  const { access, internet, image, deployment, signal, report } = walk;
  const environment = readEnvironment(FILE_HOSTS);
  const world = makeWorld({
    kubectl: kubectlOf(walk),
    environment,
    deployment,
    image,
  });
  await removeObjects(access, planEnvironment(environment));
  await world.clear();
  const walked: WalkedRow[] = [];
  const walkPart = async (title: string, rows: readonly Row[]) => {
    report(title);
    walked.push(...(await walkRows(rows, walk)));
  };
  try {
    await world.prepare();
    await walkPart("HTTP", webRows(world));
    const { large, long } = await streamRows(world, signal);
    await walkPart("TLS and TCP", connectionRows(world));
    if (internet?.address6 === undefined) report("IPv6: left out, as this machine has none");
    else await walkPart("IPv6", ipv6Rows(world));
    await walkPart("Retries", retryRows(world));
    await walkPart("Faults", faultRows(world));
    await walkPart("Long and large", [...large, ...long]);
  } finally {
    report("Removing what the walk made");
    await world.clear();
  }
  return walked;
}
