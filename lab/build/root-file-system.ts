import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  type FileHandle,
  mkdir,
  open,
  realpath,
  symlink,
  writeFile,
} from "node:fs/promises";
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
  for (const path of await libraries([...Object.values(programs), ...plugins])) {
    entries.set(path, { path, copyOf: await realpath(path) });
  }
  return [...entries.values()];
}

/** The shared libraries of programs and libraries, by what the loader says; static programs have none. */
async function libraries(files: readonly string[]): Promise<string[]> {
  const dynamic = [];
  for (const file of files) if (await isDynamic(file)) dynamic.push(await realpath(file));
  if (dynamic.length === 0) return [];
  const said = await runBuildCommand({
    file: "ldd",
    args: dynamic,
    limit: 60,
    fix: `see what \`ldd\` says about ${files.join(" ")}; a library may be missing on this machine`,
  });
  return said.split("\n").flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

/** Whether an ELF file names libraries or a loader: `ldd` ends with an error on a static one. */
async function isDynamic(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const header = await read(file, 0, 64);
    const [size, count] = [header.readUInt16LE(54), header.readUInt16LE(56)];
    const segments = await read(file, Number(header.readBigUInt64LE(32)), size * count);
    const dynamicSegment = 2;
    return Array.from({ length: count }, (_, index) => segments.readUInt32LE(index * size)).includes(
      dynamicSegment,
    );
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
  if (bytesRead < length) throw new TypeError("this is no ELF program: it is too short");
  return buffer;
}
