import { join } from "node:path";
import { removeLab } from "./cluster/remove.ts";
import { LabError } from "./errors.ts";
import { setFirewall } from "./network/firewall.ts";
import { kubeconfigFile } from "./paths.ts";
import { type CommandResult, tryCommand } from "./process/command.ts";
import { type Display, runSteps } from "./progress.ts";
import { kindKubeconfig, kindSteps } from "./providers/kind.ts";
import { refuseOtherMachines } from "./providers/machine.ts";
import { lockHolder, withLock } from "./state/lock.ts";
import { type FirewallMode, type LabState, readState } from "./state/state.ts";
import { readStatus } from "./status.ts";

interface LabOptions {
  /** What makes the cluster; `local`, this machine alone, by default. */
  readonly provider?: "local" | "kind";
  /** A context of the user's own kubeconfig: no lab is made, that cluster has to answer. */
  readonly context?: string;
  /** Stops the work; what was started is removed again. */
  readonly signal: AbortSignal;
  /** `auto` by default: a live display on a terminal, plain lines elsewhere. */
  readonly display?: Display;
}

/** What `labUp` did. */
export interface LabStarted {
  readonly alreadyRunning: boolean;
  readonly milliseconds: number;
  /** Path of the file that gives kubectl and the tests access; undefined for a context of the user's own. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Folder with kubectl and istioctl of the cluster's versions, where the lab built them. */
  readonly programs?: string;
}

/**
 * Starts a cluster on this machine, building first what the cache does not have, or finds that one runs. What an
 * earlier, killed lab left is cleaned on the way. Throws LabError when the machine cannot do it, or when another
 * process is starting or stopping a lab.
 */
export async function labUp({
  signal,
  display = "auto",
  provider,
  context,
}: LabOptions): Promise<LabStarted> {
  const begin = Date.now();
  const done = (alreadyRunning: boolean, kubeconfig: string): LabStarted => ({
    alreadyRunning,
    milliseconds: Date.now() - begin,
    kubeconfig,
  });
  const local = async (alreadyRunning: boolean): Promise<LabStarted> => ({
    ...done(alreadyRunning, kubeconfigFile),
    programs: (await runningLab()).bin,
  });
  if (context !== undefined) {
    // Loaded when needed, as are the local provider's libraries: together they take a second.
    const { useContext } = await import("./providers/context.ts");
    await useContext(context);
    return { alreadyRunning: true, milliseconds: Date.now() - begin, context };
  }
  if (provider === "kind") {
    await runSteps(kindSteps(), signal, display);
    return done(false, kindKubeconfig);
  }
  refuseOtherMachines();
  const runs = async (): Promise<boolean> => (await readStatus()).phase === "ready";
  const holder = await lockHolder();
  // A walk leaves the lab as it is; one that another command is at may be gone in a moment.
  if ((holder === undefined || holder.doing === "walk") && (await runs())) return await local(true);
  return await withLock("up", async () => {
    // Another process may have started it since.
    if (await runs()) return await local(true);
    try {
      const { localSteps } = await import("./providers/local.ts");
      await runSteps(localSteps(), signal, display);
    } catch (error) {
      // The logs say why; they stay until the next `up` or `down`.
      await removeLab({ keepLogs: !signal.aborted });
      signal.throwIfAborted();
      throw error;
    }
    return await local(false);
  });
}

/** Removes the lab, whole or in pieces, from this machine; the built binaries and images stay in the cache. */
export async function labDown(): Promise<void> {
  refuseOtherMachines();
  await withLock("down", () => removeLab());
}

/**
 * Does `work` on the running lab, while no other process may start, stop or walk it. Throws LabError where one does
 * so now, or has ended the lab since.
 */
export async function walkLab<T>(work: () => Promise<T>): Promise<T> {
  return await withLock("walk", async () => {
    await runningLab();
    return await work();
  });
}

export type { FirewallMode } from "./state/state.ts";
export { type LabStatus, readStatus as labStatus } from "./status.ts";

/** Says who may leave the running lab's cluster; the firewall's counters begin anew. */
export async function labFirewall(mode: FirewallMode): Promise<void> {
  await runningLab();
  await setFirewall(mode);
}

/** Path of the running lab's kubeconfig. Throws LabError when no lab runs. */
export async function labKubeconfig(): Promise<string> {
  await runningLab();
  return kubeconfigFile;
}

/** Where a command runs inside the cluster. */
interface ExecTarget {
  readonly namespace: string;
  /** A pod's name, or `deploy/NAME`. */
  readonly pod: string;
  readonly container?: string;
  /** Milliseconds; 60,000 by default, as an exec into a pod whose node is down would hang for minutes. */
  readonly timeout?: number;
}

/** Runs a command in a pod of the lab and gives its output and exit code. */
export async function labExec(target: ExecTarget, command: readonly string[]): Promise<CommandResult> {
  const { bin } = await runningLab();
  const container = target.container ? [`--container=${target.container}`] : [];
  return await tryCommand(
    join(bin, "kubectl"),
    [
      `--kubeconfig=${kubeconfigFile}`,
      "exec",
      `--namespace=${target.namespace}`,
      target.pod,
      ...container,
      "--",
      ...command,
    ],
    { timeout: target.timeout ?? 60_000 },
  );
}

async function runningLab(): Promise<LabState> {
  const state = await readState();
  if (state?.phase !== "ready") {
    throw new LabError(
      "no lab runs",
      "none was started on this machine, or its start has not ended",
      "run `sallyport lab up`",
    );
  }
  return state;
}
