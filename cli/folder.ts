import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { RenderedFile } from "../render/render.ts";
import { CannotError } from "./exit.ts";

const NUMBERED = /^\d{3,}-[a-z]+-.+\.yaml$/;

/**
 * Replaces a folder of rendered files as a whole: the new one is written beside it and takes its place by renaming,
 * so that nobody ever reads half of a change.
 *
 * @throws CannotError where the folder holds anything that a render did not write
 */
export async function replaceFolder(folder: string, files: readonly RenderedFile[]): Promise<void> {
  const target = resolve(folder);
  const found = existsSync(target) ? await readdir(target) : [];
  const foreign = found.find((name) => !NUMBERED.test(name));
  if (foreign !== undefined)
    throw new CannotError(`${folder} holds ${foreign}, which no render wrote`, "name a new or empty folder");
  await mkdir(dirname(target), { recursive: true });
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const file of files) await writeFile(join(fresh, file.name), file.text);
    const old = `${fresh}-old`;
    if (existsSync(target)) await rename(target, old);
    await rename(fresh, target);
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
