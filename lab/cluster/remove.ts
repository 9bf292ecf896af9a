import { readFile, rm, rmdir } from "node:fs/promises";
import { labLinks, labNamespaces, removeNetwork } from "../network/remove.ts";
import { logDirectory, runDirectory, stateDirectory } from "../paths.ts";
import { runCommand } from "../process/command.ts";
import { identify, stopProcesses } from "../process/stop.ts";
import { labPids, removeCgroups } from "../state/cgroups.ts";
import { readState } from "../state/state.ts";

/** What there was to remove, in the words of the display; empty when the machine held nothing of ours. */
export interface Leftovers {
  readonly processes: number;
  readonly namespaces: readonly string[];
  readonly links: readonly string[];
  readonly mounts: readonly string[];
}

/** What of a lab is on this machine, however it got there: by our own names, folders and cgroup, not by memory. */
export async function findLeftovers(): Promise<Leftovers> {
  return {
    processes: (await labProcesses()).length,
    namespaces: await labNamespaces(),
    links: await labLinks(),
    mounts: await labMounts(),
  };
}

/**
 * Removes all of a lab: processes, mounts, namespaces, links, rules, cgroups, folders. Safe to repeat, and right for
 * whatever a killed lab left. With `keepLogs`, the logs stay until the next start or removal.
 */
export async function removeLab(options: { keepLogs?: boolean } = {}): Promise<void> {
  const createdFolders = (await stateOrNothing())?.createdFolders ?? [];
  // Ending one program can make another start a child: look again until there is none.
  for (let found = await labProcesses(); found.length > 0; found = await labProcesses()) {
    await stopProcesses(found, 1_000);
  }
  for (const mount of (await labMounts()).reverse()) await runCommand("umount", ["--lazy", mount]);
  await removeNetwork();
  await removeCgroups();
  for (const folder of [...createdFolders].reverse()) await removeIfEmpty(folder);
  await rm(runDirectory, { recursive: true, force: true });
  if (options.keepLogs) await removeAllButLogs();
  else await rm(stateDirectory, { recursive: true, force: true });
}

async function labProcesses() {
  const inCgroups = await identify(await labPids());
  const known = new Set(inCgroups.map(({ pid }) => pid));
  // The state file also knows those that a machine's own manager may have moved to another cgroup.
  const recorded = (await stateOrNothing())?.processes ?? [];
  const current = await identify(recorded.map(({ pid }) => pid));
  const others = current.filter(
    (target) =>
      !known.has(target.pid) &&
      recorded.some(({ pid, startTime }) => pid === target.pid && startTime === target.startTime),
  );
  return [...inCgroups, ...others];
}

async function labMounts(): Promise<string[]> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).trim().split("\n");
  return lines
    .map((line) => line.split(" ")[4] ?? "")
    .filter((mount) =>
      [stateDirectory, runDirectory].some((own) => mount === own || mount.startsWith(`${own}/`)),
    );
}

/** A damaged state file must not stand in the way of removal, which finds nearly everything without it. */
async function stateOrNothing() {
  return await readState().catch(() => undefined);
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    // Somebody else uses it by now, or has removed it.
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(code)) throw error;
  }
}

async function removeAllButLogs(): Promise<void> {
  const keep = logDirectory.slice(stateDirectory.length + 1);
  await runCommand("find", [
    stateDirectory,
    "-mindepth",
    "1",
    "-maxdepth",
    "1",
    "!",
    "-name",
    keep,
    "-exec",
    "rm",
    "-rf",
    "{}",
    "+",
  ]);
}
