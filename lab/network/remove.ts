import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, tryCommand } from "../process/command.ts";
import { isGone } from "../process/identity.ts";
import { machineLink, namespaceFolder, networkNamespaces } from "./topology.ts";

/** Names of the network namespaces that are ours. */
export async function labNamespaces(): Promise<string[]> {
  return (await entriesOf(namespaceFolder)).filter((name) => networkNamespaces.includes(name));
}

/** Links of ours in this machine's own namespace. */
export async function labLinks(): Promise<string[]> {
  return (await entriesOf("/sys/class/net")).filter((name) => name === machineLink);
}

/** Removes our namespaces, and with them every link, address, route and rule inside. Gives what was removed. */
export async function removeNetwork(): Promise<string[]> {
  const links = await labLinks();
  for (const link of links) await runCommand("ip", ["link", "delete", link]);
  const namespaces = await labNamespaces();
  for (const name of namespaces) {
    const result = await tryCommand("ip", ["netns", "delete", name]);
    // A kill between making the file and mounting the namespace leaves an empty file, which `ip` has unlinked.
    if (result.exitCode !== 0 && (await labNamespaces()).includes(name)) {
      await runCommand("rm", ["--force", join(namespaceFolder, name)]);
    }
  }
  return [...links, ...namespaces];
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}
