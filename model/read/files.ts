import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { MAX_FILE_BYTES } from "../source.ts";

/** A file's text, or why it can't be read. */
export type FileText = { readonly text: string } | { readonly why: string; readonly fix: string };

/** How declarations are read; a test or an editor can give its own. */
export interface Files {
  /** The name that stands for a file whatever way it was reached. */
  identify(file: string): string;
  read(file: string): FileText;
}

/** Files on disk: the environment file wherever it is, and imports below its folder, symbolic links followed. */
export function filesBelow(environmentFile: string): Files {
  const root = real(dirname(resolve(environmentFile)));
  const environment = real(resolve(environmentFile));
  const identify = (file: string) => real(resolve(file));
  return {
    identify,
    read(file) {
      const path = identify(file);
      const below = relative(root, path);
      if (path !== environment && (below.startsWith(`..${sep}`) || below === ".."))
        return {
          why: "an import stays inside the environment file's folder, also behind symbolic links",
          fix: `move the file below ${dirname(environmentFile)}`,
        };
      return readText(path, path === environment);
    },
  };
}

function readText(path: string, isEnvironment: boolean): FileText {
  let bytes: Buffer;
  try {
    // A pipe or a device could keep the reader waiting, or never end.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      if (stats.isDirectory()) return { why: "this is a folder", fix: "name a YAML file in it" };
      if (!stats.isFile())
        return { why: "this is no regular file", fix: "name a YAML file, not a pipe, socket or device" };
      if (stats.size > MAX_FILE_BYTES)
        return {
          why: `the file has ${stats.size} bytes; at most ${MAX_FILE_BYTES} are read`,
          fix: "split it: a declaration into catalogs, manifests into a file each",
        };
      bytes = Buffer.alloc(stats.size);
      bytes = bytes.subarray(0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return isEnvironment && isAbsent(code) ? noEnvironment(path) : unreadable(code);
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { why: "the file is not UTF-8 text", fix: "save it as UTF-8" };
  }
}

function isAbsent(code: string): boolean {
  return code === "ENOENT" || code === "ENOTDIR";
}

function noEnvironment(path: string): FileText {
  return {
    why: `there is no such file: ${path}`,
    fix:
      "check the path; a first environment is { environment: dev, gateways: [{ name: egress, namespace: egress }] }, " +
      "and `sallyport schema` tells an editor its keys",
  };
}

function unreadable(code: string): FileText {
  if (isAbsent(code))
    return {
      why: "there is no such file",
      fix: "check the path; imports are read from the importing file's folder",
    };
  switch (code) {
    case "EACCES":
    case "EPERM":
      return { why: "the file may not be read", fix: "let this user read it (chmod, chown)" };
    case "ENAMETOOLONG":
    case "ERR_INVALID_ARG_VALUE":
      return { why: "no file can have this name", fix: "write a path such as catalog/news.yaml" };
    case "ELOOP":
      return { why: "its symbolic links go round in a loop", fix: "name the file itself" };
    default:
      return { why: `the file can't be read (${code})`, fix: "look at the file system that holds it" };
  }
}

/** The path without symbolic links, as far as it exists: reading it says what is wrong with the rest. */
export function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}
