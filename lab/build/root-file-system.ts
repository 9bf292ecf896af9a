import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runBuildCommand } from "./build-command.ts";
import { fileDigest } from "./fingerprint.ts";

/** One thing in an image's file system; `path` is absolute in the image. */
export type Entry =
  | { readonly path: string; readonly copyOf: string; readonly mode?: number }
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly linkTo: string }
  | { readonly path: string; readonly directoryMode: number };

/** What a list of entries comes to: every path with what it will hold, files of the machine by their digest. */
export async function contentOf(entries: readonly Entry[]): Promise<string> {
  const content = await Promise.all(
    entries.map(async (entry) =>
      "copyOf" in entry ? { ...entry, copyOf: await fileDigest(entry.copyOf) } : entry,
    ),
  );
  return JSON.stringify(content);
}

/** Lays the entries out below the folder `root`. */
export async function layOut(entries: readonly Entry[], root: string): Promise<void> {
  for (const entry of entries) {
    const path = join(root, entry.path);
    await mkdir(dirname(path), { recursive: true });
    if ("copyOf" in entry) {
      await copyFile(entry.copyOf, path, constants.COPYFILE_FICLONE);
      await chmod(path, entry.mode ?? 0o755);
    } else if ("text" in entry) await writeFile(path, entry.text, { mode: 0o644 });
    else if ("linkTo" in entry) await symlink(entry.linkTo, path);
    else {
      await mkdir(path, { recursive: true });
      await chmod(path, entry.directoryMode);
    }
  }
}

/**
 * Programs of this machine with the shared libraries that they load, each library where the loader looks for it.
 * `programs` maps the path in the image to the file here; `plugins` are libraries that programs open by themselves.
 */
export async function programsWithLibraries(
  programs: Readonly<Record<string, string>>,
  plugins: readonly string[] = [],
): Promise<Entry[]> {
  const entries = new Map<string, Entry>();
  for (const [path, file] of Object.entries(programs))
    entries.set(path, { path, copyOf: await realpath(file) });
  for (const path of plugins) entries.set(path, { path, copyOf: await realpath(path) });
  for (const file of [...Object.values(programs), ...plugins]) {
    for (const path of await libraries(file)) entries.set(path, { path, copyOf: await realpath(path) });
  }
  return [...entries.values()];
}

/** The shared libraries of a program or library, by what the loader says; none for a static program. */
async function libraries(file: string): Promise<string[]> {
  if (!(await isDynamic(file))) return [];
  const said = await runBuildCommand({
    file: "ldd",
    args: [await realpath(file)],
    limit: 30,
    fix: `see what \`ldd ${file}\` says; a library may be missing on this machine`,
  });
  return said.split("\n").flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

/** Whether an ELF file names libraries or a loader: `ldd` ends with an error on a static one. */
async function isDynamic(file: string): Promise<boolean> {
  const bytes = await readFile(file);
  const headers = Number(bytes.readBigUInt64LE(32));
  const [size, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  const dynamicSegment = 2;
  return Array.from({ length: count }, (_, index) => bytes.readUInt32LE(headers + index * size)).includes(
    dynamicSegment,
  );
}
