import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { labLinks, labNamespaces, removeNetwork } from "../network/remove.ts";
import { logDirectory, runDirectory, stateDirectory, stateFile } from "../paths.ts";
import { runCommand } from "../process/command.ts";
import { isGone } from "../process/identity.ts";
import { identify, stopProcesses } from "../process/stop.ts";
import { hasCgroups, labPids, removeCgroups } from "../state/cgroups.ts";
import { restoreKernelSettings } from "../state/kernel-settings.ts";
import { removePlaces } from "../state/places.ts";
import { readState } from "../state/state.ts";

/**
 * Whether anything of a lab is on this machine but the logs of a failed start, however it got there: by our own names,
 * folders and cgroup, not by memory.
 */
export async function findLeftovers(): Promise<boolean> {
  const found = await Promise.all([
    labProcesses(),
    labNamespaces(),
    labLinks(),
    labMounts(),
    entriesOf(runDirectory),
    statePaths(),
  ]);
  return found.some((things) => things.length > 0) || (await hasCgroups());
}

/**
 * Removes all of a lab: processes, mounts, namespaces, links, rules, cgroups, folders. Safe to repeat, and right for
 * whatever a killed lab left. With `keepLogs`, the logs stay until the next start or removal.
 */
export async function removeLab(options: { keepLogs?: boolean } = {}): Promise<void> {
  const state = await stateOrNothing();
  // Ending one program can make another start a child: look again until there is none.
  for (let found = await labProcesses(); found.length > 0; found = await labProcesses()) {
    await stopProcesses(found, 1_000);
  }
  for (const mount of (await labMounts()).reverse()) await runCommand("umount", ["--lazy", mount]);
  await removeNetwork();
  await removeCgroups();
  await restoreKernelSettings(state?.kernelSettings ?? {});
  await removePlaces(state?.createdFolders ?? []);
  await rm(runDirectory, { recursive: true, force: true });
  // The state file goes last: a removal that is killed before can be done again in full.
  for (const path of await statePaths()) await rm(path, { recursive: true, force: true });
  if (!options.keepLogs) await rm(stateDirectory, { recursive: true, force: true });
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

/** What the lab keeps on disk, without the logs; the state file is the last. */
async function statePaths(): Promise<string[]> {
  const paths = (await entriesOf(stateDirectory)).filter((path) => path !== logDirectory);
  return [...paths.filter((path) => path !== stateFile), ...paths.filter((path) => path === stateFile)];
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map((name) => join(folder, name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}
