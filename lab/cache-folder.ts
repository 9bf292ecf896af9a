import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LabError } from "./errors.ts";

/** Makes a folder of the cache, with those above it. Throws LabError where that can't be. */
export async function makeCacheFolder(folder: string): Promise<void> {
  const path = resolve(folder);
  try {
    await make(path);
  } catch (error) {
    const { code, path: place } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "EEXIST" ? `${place} is not a folder` : `${code} at ${place}`;
    throw new LabError(
      "the cache of built programs can't be written",
      `there can be no ${path}: ${why}`,
      "set XDG_CACHE_HOME to a folder that can be written",
      { cause: error },
    );
  }
}

/** One folder at a time: mkdir's `recursive` never ends where the kernel takes no new folders, as below /proc. */
async function make(path: string): Promise<void> {
  if (await isFolder(path)) return;
  await make(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
