import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isGone } from "../process/identity.ts";

const folder = "/proc/sys";

/** What a kubelet writes at its start: settings of the whole machine, which no namespace keeps apart. */
const written: Readonly<Record<string, string>> = {
  "vm/overcommit_memory": "1",
  "vm/panic_on_oom": "0",
  "kernel/panic": "10",
  "kernel/panic_on_oops": "1",
  "kernel/keys/root_maxkeys": "1000000",
  "kernel/keys/root_maxbytes": "25000000",
};

/** The machine's settings, by their file below /proc/sys, as they are before a kubelet changes them. */
export async function readKernelSettings(): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const name of Object.keys(written)) {
    const value = await read(name);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

/** Puts back what the kubelets changed; a setting that somebody else changed since is theirs. */
export async function restoreKernelSettings(before: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(before)) {
    if (value !== written[name] && (await read(name)) === written[name])
      await writeFile(join(folder, name), value);
  }
}

async function read(name: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, name), "utf8")).trim();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
