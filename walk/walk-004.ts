import { join } from "node:path";
import type { ClusterAccess } from "../cluster/client.ts";
import { firewallDrops, setFirewall } from "../lab/network/firewall.ts";
import { kubeconfigFile } from "../lab/paths.ts";
import { readState } from "../lab/state/state.ts";
import { loadEnvironment } from "../model/load.ts";
import { clearWorkloads } from "./document-004/clearing.ts";
import { document004 } from "./document-004/rows.ts";
import { makeWorld } from "./document-004/world.ts";
import { kubectl } from "./kubectl.ts";
import { type WalkedRow, walkRow } from "./row.ts";

const FILE = "stacks/lab/004.yaml";

/**
 * Walks document 004 on the running lab.
 *
 * @param report is told each part's title and each row as it is done
 */
export async function walkDocument004(report: (line: string | WalkedRow) => void): Promise<WalkedRow[]> {
  const { environment, problems } = loadEnvironment(FILE);
  if (environment === undefined) throw new Error(`${FILE}: ${problems.map(({ why }) => why).join("; ")}`);
  const state = await readState();
  const access: ClusterAccess = { kubeconfig: kubeconfigFile };
  const program = state === undefined ? "kubectl" : join(state.bin, "kubectl");
  const world = makeWorld(
    access,
    kubectl(program, access),
    {
      set: setFirewall,
      drops: async () => (await firewallDrops()).reduce((sum, { packets }) => sum + packets, 0),
    },
    environment,
  );
  await clearWorkloads(world);
  const walked: WalkedRow[] = [];
  for (const { title, prepare, rows } of document004(world)) {
    report(title);
    await prepare();
    for (const row of rows) {
      const done = await walkRow(row);
      walked.push(done);
      report(done);
    }
  }
  return walked;
}
