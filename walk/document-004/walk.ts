import { join } from "node:path";
import type { ClusterAccess } from "../../cluster/access.ts";
import { loadEnvironment } from "../../model/load.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { removeObjects } from "../../rollout/apply.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { kubectl } from "../kubectl.ts";
import { type WalkedRow, walkRow } from "../row.ts";
import { clearWorkloads } from "./clearing.ts";
import type { Part } from "./part.ts";
import { document004 } from "./rows.ts";
import { type LabInternet, makeWorld, type World } from "./world.ts";

/** The environment that document 004 is walked with. */
const FILE_004 = "stacks/lab/004.yaml";

/** Where and how the document is walked. */
export interface Walk {
  readonly access: ClusterAccess;
  /** The folder with kubectl; the one on PATH where left out. */
  readonly programs?: string;
  /** The lab's own side; rows that need it are left out on another cluster. */
  readonly internet?: LabInternet;
  /** The image of the workloads, with curl and openssl. */
  readonly image: string;
  readonly deployment: Deployment;
  /** Ends the walk after the question at hand; what it made is removed. */
  readonly signal: AbortSignal;
  /** Is told each part's title and each row as it is done. */
  readonly report: (line: string | WalkedRow) => void;
}

/**
 * Walks document 004 on a running cluster. What an earlier, killed walk left there is removed first.
 *
 * @throws the signal's reason where it was ended; whatever else kept a part from being prepared
 */
export async function walkDocument004(walk: Walk): Promise<WalkedRow[]> {
  const { access, programs, internet, image, deployment, signal, report } = walk;
  const { environment, problems } = loadEnvironment(FILE_004);
  if (environment === undefined) throw new Error(`${FILE_004}: ${problems.map(({ why }) => why).join("; ")}`);
  const world = makeWorld({
    kubectl: kubectl(programs === undefined ? "kubectl" : join(programs, "kubectl"), access),
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
      for (const row of rows) {
        const done = await walkRow(row);
        signal.throwIfAborted();
        walked.push(done);
        report(done);
      }
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
