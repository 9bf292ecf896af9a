import { access, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeCacheFolder } from "../cache-folder.ts";
import { buildCacheDirectory } from "./directories.ts";

/** Where a build with this name and key is kept, whether it is there yet or not. */
export function entryPath(name: string, key: string): string {
  return join(buildCacheDirectory(), `${name}-${key}`);
}

/** Whether something is there. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a folder once: `make` fills a temporary neighbour, which gets its real name only when it is whole,
 * so an interrupted build leaves nothing that looks finished. Of two builds of the same thing the first one wins.
 */
export async function makeOnce(path: string, make: (directory: string) => Promise<void>): Promise<string> {
  if (await exists(path)) return path;
  await makeCacheFolder(dirname(path));
  const partial = `${path}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await makeCacheFolder(partial);
  await removeAbandoned(path);
  try {
    await make(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(path))) throw error;
  }
  return path;
}

/** Removes what builds of this entry left whose process is gone. */
async function removeAbandoned(path: string): Promise<void> {
  const directory = dirname(path);
  for (const name of await readdir(directory)) {
    const candidate = join(directory, name);
    const owner = candidate.startsWith(`${path}.partial-`) ? candidate.slice(path.length + 9) : undefined;
    if (owner !== undefined && !(await exists(`/proc/${owner}`))) {
      await rm(candidate, { recursive: true, force: true });
    }
  }
}
