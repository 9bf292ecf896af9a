import { readdir, readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { type Entry, programsWithLibraries } from "./root-file-system.ts";

/** Where an image has Node. */
export const NODE = "/usr/local/bin/node";

/**
 * Node as it runs here, with a folder of modules and the packages that they import.
 *
 * @param home where the image has the folder; the packages are below it
 * @param folder the modules, by path on this machine
 * @param packages by name; what these need comes along
 */
export async function nodeProgram(
  home: string,
  folder: string,
  packages: readonly string[],
): Promise<Entry[]> {
  const found = await packageFolders(packages, import.meta.filename);
  return [
    ...(await programsWithLibraries({ [NODE]: process.execPath })),
    { path: join(home, "package.json"), text: '{"type":"module"}\n' },
    ...(await filesIn(folder, home)),
    ...(
      await Promise.all([...found].map(([name, from]) => filesIn(from, join(home, "node_modules", name))))
    ).flat(),
  ];
}

const needs = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** The folders of packages and of all that they need, by name: one version of each, as npm lays them out flat. */
async function packageFolders(
  packages: readonly string[],
  from: string,
  found = new Map<string, string>(),
): Promise<ReadonlyMap<string, string>> {
  for (const name of packages) {
    if (found.has(name)) continue;
    const file = findPackageJSON(name, from);
    if (file === undefined) throw new TypeError(`${name}, which ${from} needs, has no package.json`);
    found.set(name, dirname(file));
    const { dependencies } = needs.parse(JSON.parse(await readFile(file, "utf8")));
    await packageFolders(Object.keys(dependencies), file, found);
  }
  return found;
}

/** Every file below a folder, but for packages of its own. */
async function filesIn(folder: string, home: string): Promise<Entry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).includes("node_modules"))
    .sort()
    .map((file) => ({ path: join(home, relative(folder, file)), copyOf: file, mode: 0o644 }));
}
