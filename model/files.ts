import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { MAX_FILE_BYTES } from "./source.ts";

/** A file's text, or why it can't be read. */
export type FileText = { readonly text: string } | { readonly why: string; readonly fix: string };

/** How declarations are read; a test or an editor can give its own. */
export interface Files {
  /** The name that stands for a file whatever way it was reached. */
  identify(file: string): string;
  read(file: string): FileText;
}

/** Files on disk, all inside the folder of the environment file, symbolic links followed. */
export function filesBelow(environmentFile: string): Files {
  const root = dirname(real(resolve(environmentFile)));
  const identify = (file: string) => real(resolve(file));
  return {
    identify,
    read(file) {
      const path = identify(file);
      const below = relative(root, path);
      if (below.startsWith(`..${sep}`) || below === "..")
        return {
          why: "an import stays inside the environment file's folder",
          fix: `move the file below ${dirname(environmentFile)}`,
        };
      return readText(path);
    },
  };
}

function readText(path: string): FileText {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES)
      return {
        why: `the file has ${size} bytes; at most ${MAX_FILE_BYTES} are read`,
        fix: "split it into catalogs",
      };
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { why: "the file is not UTF-8 text", fix: "save it as UTF-8" };
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT")
      return {
        why: "there is no such file",
        fix: "check the path; imports are read from the importing file's folder",
      };
    if (code === "EISDIR") return { why: "this is a folder", fix: "name a YAML file in it" };
    return { why: `the file can't be read (${code ?? "unknown error"})`, fix: "check its permissions" };
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // reading it says what is wrong
  }
}
