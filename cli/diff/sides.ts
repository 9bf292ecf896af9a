import { existsSync } from "node:fs";
import type { Problem } from "../../model/index.ts";
import { show } from "../../model/problem.ts";
import { commitOf, isInRepository, mergeBaseOf, treeAt } from "../input/git.ts";
import { readSources, type Sources } from "../input/source.ts";

/** One of the two that are compared. */
export interface Side {
  /** As it was asked for, with the commit of a git ref: `stacks at origin/main (1a2b3c4)`. */
  readonly name: string;
  readonly sources: Sources;
  /** Whether the path is not there: nothing was declared yet, or nothing is any more. */
  readonly isAbsent: boolean;
}

/** Both sides, or what is wrong with how they were asked for. */
type Sides = { readonly from: Side; readonly to: Side } | { readonly problem: Problem };

/** What is compared where git refs alone are named. */
const DEFAULT_PATH = "stacks";

/**
 * Finds and reads both sides as git would: `A B`; `A..B`; `A...B`, from where B left A; `A`, against the files as they
 * are; nothing, HEAD against these. Each is a file, a folder, a git ref, or `ref:path`; a path after them says what is
 * compared at refs, by default what the other side names, or the folder stacks.
 *
 * @param now see readSources
 */
export function readSides(args: readonly string[], now: Date | undefined): Sides {
  const { from, to, path, isRange, fromMergeBase } = askedFor(args);
  const missing = isRange
    ? undefined
    : [from, to].find((one) => one !== undefined && one !== HEAD && !existsSync(one));
  if (missing !== undefined && !isInRepository()) return noRepository(missing);
  const common = path ?? [to, from].find((one) => one !== undefined && existsSync(one)) ?? DEFAULT_PATH;
  const first = placeOf(from, common);
  if (first === undefined) return unknown(from);
  const second = placeOf(to, common) ?? goneSince(first, to);
  if (second === undefined) return unknown(to);
  const sides = { from: sideOf(fromMergeBase ? baseOf(first, second) : first, now), to: sideOf(second, now) };
  if (!sides.from.isAbsent || !sides.to.isAbsent) return sides;
  return refused(common, "neither side has this path", "say what to compare: sallyport diff A...B -- PATH");
}

interface Asked {
  readonly from: string;
  /** Absent: the files as they are. */
  readonly to?: string;
  readonly path?: string;
  /** Whether refs are meant, and no paths. */
  readonly isRange: boolean;
  readonly fromMergeBase: boolean;
}

/** In git's words, `A..B` and `A...B`; no path such as `../stacks`. */
const RANGE = /^(?<from>.*?)(?<dots>\.\.\.?)(?<to>(?![./]).*)$/s;
const HEAD = "HEAD";

function askedFor([first = HEAD, second, third]: readonly string[]): Asked {
  const range = existsSync(first) ? undefined : RANGE.exec(first)?.groups;
  if (range !== undefined) {
    const { from, to, dots } = range;
    const path = second === undefined ? {} : { path: second };
    return { from: from || HEAD, to: to || HEAD, isRange: true, fromMergeBase: dots === "...", ...path };
  }
  const plain = { isRange: false, fromMergeBase: false };
  if (second === undefined && existsSync(first)) return { from: HEAD, to: first, ...plain };
  const to = second === undefined ? {} : { to: second };
  return { from: first, ...to, ...plain, ...(third === undefined ? {} : { path: third }) };
}

/** Where a side is: on the disk, or in a commit. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly commit?: string;
}

function placeOf(name: string | undefined, path: string): Place | undefined {
  if (name === undefined || existsSync(name)) return { name: name ?? path, path: name ?? path };
  const [, ref = name, own = path] = /^([^:]+):(.+)$/s.exec(name) ?? [];
  const commit = commitOf(ref);
  if (commit === undefined) return undefined;
  const short = commit.slice(0, 7);
  return { name: `${own} at ${commit.startsWith(ref) ? short : `${ref} (${short})`}`, path: own, commit };
}

/** A file that a commit has, and the disk no longer. */
function goneSince({ commit }: Place, path: string | undefined): Place | undefined {
  const isThere = commit !== undefined && path !== undefined && treeAt(commit, path).has(path);
  return isThere ? { name: path, path } : undefined;
}

function baseOf(from: Place, to: Place): Place {
  if (from.commit === undefined || to.commit === undefined) return from;
  const commit = mergeBaseOf(from.commit, to.commit);
  return { ...from, commit, name: `${from.path} where it left ${from.name.replace(/^.* at /, "")}` };
}

function sideOf({ name, path, commit }: Place, now: Date | undefined): Side {
  const nothing: Sources = { environments: [], refused: [], leftOut: [] };
  const absent: Side = { name: `${name}, not there`, sources: nothing, isAbsent: true };
  if (commit === undefined)
    return existsSync(path) ? { name, sources: readSources(path, { now }), isAbsent: false } : absent;
  const tree = treeAt(commit, path);
  if (!tree.has(path)) return absent;
  return { name, sources: readSources(path, { now, tree }), isAbsent: false };
}

function unknown(name: string | undefined = ""): { readonly problem: Problem } {
  return refused(
    name,
    "this is no file, no folder and no git ref",
    "check its spelling; git fetch gets the refs of another clone",
  );
}

function noRepository(name: string): { readonly problem: Problem } {
  return refused(
    name,
    "this is no file and no folder, and there is no git repository here whose ref it could be",
    "check the path; to compare commits, run this inside the clone that has them",
  );
}

function refused(name: string, why: string, fix: string): { readonly problem: Problem } {
  return { problem: { file: "sallyport diff", line: 1, column: 1, path: "", value: show(name), why, fix } };
}
