import { type NodeAddress, nodes } from "./addresses.ts";
import { answers } from "./cluster/control-plane.ts";
import { findLeftovers } from "./cluster/remove.ts";
import { LabError } from "./errors.ts";
import { type FirewallDrops, firewallDrops, firewallMode } from "./network/firewall.ts";
import { kubeconfigFile, logDirectory } from "./paths.ts";
import { isAlive } from "./process/identity.ts";
import { labMemory } from "./state/cgroups.ts";
import { describeHolder, lockHolder } from "./state/lock.ts";
import { type FirewallMode, readState } from "./state/state.ts";

/** The lab on this machine, as found, not as remembered. */
export interface LabStatus {
  /** `damaged`: something of a lab is here, but not all of it runs; `up` and `down` both clean it. */
  readonly phase: "none" | "starting" | "ready" | "damaged";
  /** Which process works on it now, and on what. */
  readonly busy?: string;
  readonly startedAt?: string;
  /** Seconds from the first process to ready. */
  readonly startSeconds?: number;
  readonly kubeconfig?: string;
  readonly nodes: readonly NodeAddress[];
  readonly processes: readonly { name: string; pid: number; alive: boolean; log: string }[];
  /** Bytes, without cached files. */
  readonly memory: readonly { name: string; bytes: number }[];
  readonly firewall?: { mode: FirewallMode; drops: readonly FirewallDrops[] };
  readonly logs: string;
}

/** Looks at the lab on this machine; changes nothing. */
export async function readStatus(): Promise<LabStatus> {
  const holder = await lockHolder();
  const busy = holder ? { busy: describeHolder(holder) } : {};
  const state = await readState();
  const empty = { nodes: [], processes: [], memory: [], logs: logDirectory, ...busy };
  if (!state) return { ...empty, phase: !(await findLeftovers()) ? "none" : holder ? "starting" : "damaged" };
  const processes = await Promise.all(
    state.processes.map(async ({ name, pid, startTime, log }) => ({
      name,
      pid,
      alive: await isAlive({ pid, startTime }),
      log,
    })),
  );
  const common = { ...empty, startedAt: state.startedAt, processes, memory: await labMemory() };
  if (state.phase === "starting") return { ...common, phase: holder ? "starting" : "damaged" };
  const firewall = await workingFirewall(state.bin);
  if (processes.some(({ alive }) => !alive) || firewall === undefined) return { ...common, phase: "damaged" };
  const seconds = (Date.parse(state.readyAt ?? state.startedAt) - Date.parse(state.startedAt)) / 1000;
  return {
    ...common,
    phase: "ready",
    startSeconds: Math.round(seconds),
    kubeconfig: kubeconfigFile,
    nodes,
    firewall,
  };
}

/** The firewall, or undefined where it, the API server or the programs to ask them with are not there. */
async function workingFirewall(bin: string): Promise<LabStatus["firewall"]> {
  try {
    if (!(await answers(bin, "/readyz"))) return undefined;
    return { mode: await firewallMode(), drops: await firewallDrops() };
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}
