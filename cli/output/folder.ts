import { existsSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CannotError } from "../exit.ts";

/** A file of a folder that a command writes. */
interface WrittenFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Replaces a folder of written files as a whole: the new one is written beside it and takes its place by renaming,
 * so that nobody ever reads half of a change.
 *
 * @param own the names that an earlier run of the same command may have written
 * @throws CannotError where the folder holds anything else, or can't be written
 */
export async function replaceFolder(
  folder: string,
  files: readonly WrittenFile[],
  own: RegExp,
): Promise<void> {
  try {
    const target = existsSync(folder) ? realpathSync(folder) : resolve(folder);
    const found = existsSync(target) ? await readdir(target) : [];
    const foreign = found.find((name) => !own.test(name));
    if (foreign !== undefined)
      throw new CannotError(
        `${folder} holds ${foreign}, which this command did not write`,
        "name a new or empty folder",
      );
    await swap(target, files);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new CannotError(`${folder} can't be written (${code})`, fixOf(code));
  }
}

async function swap(target: string, files: readonly WrittenFile[]): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const beside = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  const [fresh, old] = [join(beside, "new"), join(beside, "old")];
  try {
    await mkdir(fresh);
    for (const file of files) await writeFile(join(fresh, file.name), file.text);
    const replaces = existsSync(target);
    if (replaces) await rename(target, old);
    try {
      await rename(fresh, target);
    } catch (error) {
      if (replaces) await rename(old, target);
      throw error;
    }
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

function fixOf(code: string): string {
  if (code === "ENOTDIR" || code === "EEXIST") return "name a folder: this path is, or leads through, a file";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return "let this user write to the folder that holds it, or name another one";
  if (code === "ENOSPC" || code === "EDQUOT") return "make room on the disk, or name a folder on another one";
  return "name another folder";
}
