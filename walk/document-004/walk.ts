import { planEnvironment } from "../../plan/plan.ts";
import { removeObjects } from "../../rollout/apply.ts";
import { readEnvironment } from "../environment.ts";
import type { WalkedRow } from "../row.ts";
import { kubectlOf, type LabInternet, type Walk, walkRows } from "../walk.ts";
import { clearWorkloads } from "./clearing.ts";
import type { Part } from "./part.ts";
import { document004 } from "./rows.ts";
import { makeWorld, type World } from "./world.ts";

/** The environment that document 004 is walked with. */
const FILE_004 = "stacks/lab/004.yaml";

/**
 * Walks document 004 on a running cluster. What an earlier, killed walk left there is removed first.
 *
 * @throws the signal's reason where it was ended; whatever else kept a part from being prepared
 */
export async function walkDocument004(walk: Walk): Promise<WalkedRow[]> {
  const { access, internet, image, deployment, signal, report } = walk;
  const environment = readEnvironment(FILE_004);
  const world = makeWorld({
    kubectl: kubectlOf(walk),
    ...(internet === undefined ? {} : { internet }),
    environment,
    deployment,
    image,
  });
  const everything = planEnvironment(environment);
  await clear(world, () => removeObjects(access, everything));
  await world.gone();
  const walked: WalkedRow[] = [];
  try {
    for (const part of document004(world)) {
      const { title, prepare, rows } = part;
      const missing = missingFor(part, internet);
      if (missing !== undefined) {
        report(`${title}: left out, as ${missing}`);
        continue;
      }
      signal.throwIfAborted();
      report(title);
      await prepare();
      walked.push(...(await walkRows(rows, walk)));
    }
  } catch (error) {
    report("Stopped; removing what the walk made");
    await clear(world, () => deployment.remove());
    // What failed may have failed as it was stopped, too.
    signal.throwIfAborted();
    throw error;
  }
  return walked;
}

/** What keeps a part from being walked. */
function missingFor(
  { needsFirewall, needsIpv6 }: Part,
  internet: LabInternet | undefined,
): string | undefined {
  if (needsFirewall && internet === undefined) return "only the lab has a firewall to close";
  if (needsIpv6 && internet?.address6 === undefined) return "this machine has no IPv6";
  return undefined;
}

async function clear(world: World, remove: () => Promise<void>): Promise<void> {
  await remove();
  await clearWorkloads(world);
  await world.internet?.setFirewall("open");
}
