import { link, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { entryPath, makeOnce } from "./cache-entry.ts";
import { fingerprint } from "./fingerprint.ts";

/** Puts the programs of several cache folders into one folder, as hard links, and returns its path. */
export async function programsFolder(folders: readonly string[]): Promise<string> {
  const path = entryPath(
    "programs",
    fingerprint({ folders: folders.map((folder) => basename(folder)).join("\n") }),
  );
  return makeOnce(path, async (directory) => {
    for (const folder of folders) {
      for (const name of await readdir(folder)) await link(join(folder, name), join(directory, name));
    }
  });
}
