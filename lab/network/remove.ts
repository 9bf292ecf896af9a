import { readdir } from "node:fs/promises";
import { runCommand, tryCommand } from "../process/command.ts";
import { isGone } from "../process/identity.ts";
import { machineLink, networkNamespaces } from "./topology.ts";

/** Names of the network namespaces that are ours. */
export async function labNamespaces(): Promise<string[]> {
  try {
    return (await readdir("/run/netns")).filter((name) => networkNamespaces.includes(name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Links of ours in this machine's own namespace. */
export async function labLinks(): Promise<string[]> {
  const links = JSON.parse((await runCommand("ip", ["-json", "link", "show"])) || "[]") as {
    ifname?: string;
  }[];
  return links.flatMap(({ ifname }) => (ifname === machineLink ? [ifname] : []));
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
      await runCommand("rm", ["--force", `/run/netns/${name}`]);
    }
  }
  return [...links, ...namespaces];
}
