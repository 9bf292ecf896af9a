import { spawnSync } from "node:child_process";
import { join, posix, relative, resolve, sep } from "node:path";
import { type Files, type FileText, real } from "../../model/read/files.ts";
import { MAX_FILE_BYTES } from "../../model/source.ts";
import { CannotError } from "../exit.ts";
import type { Tree } from "./tree.ts";

/** Files as they were committed; nothing is checked out, and no hook, filter or other program of the repository runs. */
interface CommittedTree extends Tree {
  /** Whether there is such a file or folder. */
  has(path: string): boolean;
}

/** The commit that a name stands for, or undefined where it stands for none. */
export function commitOf(name: string): string | undefined {
  const { ok, text } = git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  return ok ? text.trim() : undefined;
}

/** Whether the repository has any commit. */
export function hasCommits(): boolean {
  return git(["rev-list", "--all", "--max-count=1"]).text !== "";
}

/** Whether the working directory is in a repository. Where git may not tell, what it says then is better heard. */
export function isInRepository(): boolean {
  const { status, stderr } = run(["rev-parse", "--git-dir"]);
  return status === 0 || !/not a git repository/.test(decode(stderr));
}

/**
 * The last commit that two have in common.
 *
 * @throws CannotError where there is none, as in a shallow clone
 */
export function mergeBaseOf(one: string, other: string): string {
  const { ok, text } = git(["merge-base", one, other]);
  if (ok) return text.trim();
  throw new CannotError(
    `${one.slice(0, 7)} and ${other.slice(0, 7)} have no commit in common here`,
    "fetch their history (git fetch --unshallow; fetch-depth: 0 in a workflow), or name both sides",
  );
}

/** Whether a path is in the repository, in whose commits it can then be. */
export function isRepositoryPath(path: string): boolean {
  return isInside(repositoryPaths()(path));
}

/**
 * The files of a commit below a path, or beside it where it is a file.
 *
 * @param path from the working directory, as all paths that the tree is asked for, or absolute
 */
export function treeAt(commit: string, path: string): CommittedTree {
  const inRepository = repositoryPaths();
  const below = entriesAt(commit, inRepository(path));
  const isFile = below.has(inRepository(path));
  const entries = isFile ? entriesAt(commit, posix.dirname(inRepository(path))) : below;
  const identify = (file: string) => followed(inRepository(file), entries);
  return {
    has: (asked) => asked === path && below.size > 0,
    list(folder) {
      const root = `${inRepository(folder)}/`.replace(/^(?:\.\/)?\/?/, "");
      if (entries.has(root.slice(0, -1))) return undefined;
      const inside = [...entries.keys()].filter((name) => name.startsWith(root));
      const names = inside.map((name) => name.slice(root.length)).filter((name) => !name.includes("/"));
      return inside.length === 0 ? undefined : names;
    },
    filesBelow(environmentFile): Files {
      const root = posix.dirname(identify(environmentFile));
      return {
        identify,
        read(file) {
          const name = identify(file);
          const isBelow = root === "." || name.startsWith(`${root}/`);
          if (!isBelow || name.startsWith("../"))
            return {
              why: "an import stays inside the environment file's folder, also behind symbolic links",
              fix: `move the file below ${posix.dirname(environmentFile)}`,
            };
          return textOf(entries.get(name));
        },
      };
    },
  };
}

/** The plain files below a folder of a commit, by their path from the repository's root; links are left out. */
export function* plainFilesAt(
  commit: string,
  folder: string,
): Generator<{ path: string; bytes: Uint8Array }> {
  for (const [path, { isLink, object, bytes }] of entriesAt(commit, folder))
    if (!isLink && bytes <= MAX_FILE_BYTES) yield { path, bytes: git(["cat-file", "blob", object]).bytes };
}

/**
 * What turns paths into those that commits have: from the repository's root, without a slash at the end. A path that is
 * outside of it begins with `..`.
 */
function repositoryPaths(): (path: string) => string {
  // A bare repository has no files beside its commits: there paths count from the root.
  const root = resolve(git(["rev-parse", "--show-cdup"]).text.trimEnd());
  return (path) => {
    const whole = resolve(path);
    const inside = relative(root, whole);
    if (isInside(inside)) return inside || ".";
    // A link may lead into the repository, as a shell's working directory; those inside it are the commit's to tell.
    const names = whole.split(sep);
    for (const index of names.keys()) {
      const entered = relative(root, real(join(sep, ...names.slice(0, index + 1))));
      if (isInside(entered)) return join(entered, ...names.slice(index + 1));
    }
    return inside;
  };
}

/** @param path relative to the repository's root */
function isInside(path: string): boolean {
  return path !== ".." && !path.startsWith(`..${sep}`);
}

interface Entry {
  readonly isLink: boolean;
  readonly object: string;
  readonly bytes: number;
}

/** By path from the repository's root: the files and links below a path of a commit. */
function entriesAt(commit: string, path: string): ReadonlyMap<string, Entry> {
  const below = path === "." ? [] : [path];
  const { ok, text } = git(["ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", ...below]);
  if (!ok) return new Map();
  const lines = text.split("\0").flatMap((line) => {
    const found = /^(?<mode>\d+) blob (?<object>[0-9a-f]+) +(?<bytes>\d+)\t(?<name>.+)$/s.exec(line);
    const { mode = "", object = "", bytes = "", name = "" } = found?.groups ?? {};
    return found === null
      ? []
      : [[name, { isLink: mode === "120000", object, bytes: Number(bytes) }] as const];
  });
  return new Map(lines);
}

const MOST_LINKS = 40;

/** Where symbolic links of files lead; outside of what was listed there is nothing. */
function followed(path: string, entries: ReadonlyMap<string, Entry>): string {
  let name = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const entry = entries.get(name);
    if (entry === undefined || !entry.isLink) return name;
    name = posix.join(posix.dirname(name), git(["cat-file", "blob", entry.object]).text);
  }
  return name;
}

function textOf(entry: Entry | undefined): FileText {
  if (entry === undefined || entry.isLink)
    return {
      why: "there is no such file in the commit",
      fix: "check the path, and that the file is committed",
    };
  if (entry.bytes > MAX_FILE_BYTES)
    return {
      why: `the file has ${entry.bytes} bytes; at most ${MAX_FILE_BYTES} are read`,
      fix: "split it: a declaration into catalogs, manifests into a file each",
    };
  const { bytes } = git(["cat-file", "blob", entry.object]);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { why: "the file is not UTF-8 text", fix: "save it as UTF-8" };
  }
}

interface Said {
  readonly ok: boolean;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Nothing that a repository's own settings name is started, and nobody is asked for anything. */
const SETTINGS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--literal-pathspecs"];

/** @throws CannotError where there is no git */
function run(args: readonly string[]) {
  // Node's own: every command reads this file, and a library for processes is a fifth of what a short one takes.
  const said = spawnSync("git", [...SETTINGS, ...args], {
    maxBuffer: 2 ** 28,
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
  });
  if (said.error !== undefined && "code" in said.error && said.error.code === "ENOENT")
    throw new CannotError("there is no git on PATH", "install git, or name two files or folders to compare");
  return said;
}

/** @param bytes null where no process began */
function decode(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** @throws CannotError where there is no git, or no repository that it may read */
function git(args: readonly string[]): Said {
  const { status, stdout, stderr } = run(args);
  const said = decode(stderr);
  if (/not a git repository|dubious ownership/.test(said))
    throw new CannotError(
      `git can't read a repository here: ${said.split("\n")[0]}`,
      "run this inside a clone of yours, or name two files or folders to compare",
    );
  return { ok: status === 0, text: decode(stdout), bytes: stdout };
}
