import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../../model/index.ts";
import { show } from "../../model/problem.ts";
import { CannotError } from "../exit.ts";
import { commitOf, hasCommits, isInRepository, isRepositoryPath, mergeBaseOf, treeAt } from "../input/git.ts";
import { readSources, type Sources } from "../input/source.ts";
import { type Found, together } from "./together.ts";

/** One of the two that are compared. */
export interface Side {
  /** As it was asked for, with the commit of a git ref: `stacks at origin/main (1a2b3c4)`. */
  readonly name: string;
  readonly sources: Sources;
}

/** Both sides, or what is wrong with how they were asked for. */
type Sides = Pair<Side> | Refused;

interface Refused {
  readonly problem: Problem;
}

/** What is compared where git refs alone are named. */
const DEFAULT_PATH = "stacks";
const HEAD = "HEAD";

/**
 * Finds and reads both sides as git would: `A B`; `A..B`; `A...B`, from where B left A; `A`, against the files as they
 * are; nothing, HEAD against these. Each is a file, a folder, a git ref, or `ref:path`; paths after them say what is
 * compared at refs, by default what the other side names, or the folder stacks.
 *
 * @param args the sides, and paths after them
 * @param paths what can be paths alone, as it stands behind `--`
 * @param now see readSources
 * @throws CannotError where there is no git, no repository, no commit, or no history that reaches far enough
 * @example
 * readSides(["main...change"], ["stacks/dev.yaml", "stacks/prod.yaml"], undefined);
 */
export function readSides(args: readonly string[], paths: readonly string[], now: Date | undefined): Sides {
  if ([...args, ...paths].includes(""))
    return refused(
      "",
      "a side or a path is empty, as a variable is that is not set",
      "name it, or leave it out",
    );
  const asked = askedFor(args, paths);
  const [from, to] = [placeOf(asked.from, asked), placeOf(asked.to, asked)];
  if (from === undefined) return unknown(asked.from);
  if (to === undefined) return unknown(asked.to);
  const pairs = pairsOf(from, to, asked.paths);
  if ("problem" in pairs) return pairs;
  const outside = pairs.flatMap((pair) => outsideOf(from, pair.from) ?? outsideOf(to, pair.to) ?? []);
  if (outside[0] !== undefined) return outside[0];
  const start = asked.fromMergeBase ? baseOf(from, to) : from;
  const read = pairs.map((pair) => ({ from: readAt(start, pair.from, now), to: readAt(to, pair.to, now) }));
  const missing = read.flatMap((pair) => missingOf(pair, asked) ?? []);
  if (missing[0] !== undefined) return missing[0];
  return {
    from: sideOf(
      start,
      read.map((pair) => pair.from),
    ),
    to: sideOf(
      to,
      read.map((pair) => pair.to),
    ),
  };
}

interface Asked {
  readonly from: string;
  /** Absent: the files as they are. */
  readonly to?: string;
  readonly paths: readonly string[];
  /** Whether the sides are refs, and no paths. */
  readonly isRange: boolean;
  readonly fromMergeBase: boolean;
}

/** In git's words, `A..B` and `A...B`; no path such as `../stacks`. */
const RANGE = /^(?<from>.*?)(?<dots>\.\.\.?)(?<to>(?![./]).*)$/s;

function askedFor([first = HEAD, ...rest]: readonly string[], behind: readonly string[]): Asked {
  const range = existsSync(first) ? undefined : RANGE.exec(first)?.groups;
  if (range !== undefined) {
    const { from, to, dots } = range;
    const sides = { from: from || HEAD, to: to || HEAD };
    return { ...sides, paths: [...rest, ...behind], isRange: true, fromMergeBase: dots === "..." };
  }
  const plain = { isRange: false, fromMergeBase: false };
  const [second, ...more] = rest;
  if (second === undefined && existsSync(first)) return { from: HEAD, paths: [first, ...behind], ...plain };
  // After a ref, what is no other is a path, which may be gone from the disk.
  const isSide =
    second !== undefined && (existsSync(first) || (!existsSync(second) && refOf(second) !== undefined));
  return isSide
    ? { from: first, to: second, paths: [...more, ...behind], ...plain }
    : { from: first, paths: [...rest, ...behind], ...plain };
}

/** Where a side is: on the disk, or in a commit. */
interface Place {
  /** Behind the path, in words. */
  readonly where: string;
  /** Where the side itself names one. */
  readonly path?: string;
  readonly commit?: string;
}

/** @param name absent: the files as they are */
function placeOf(name: string | undefined, { isRange }: Asked): Place | undefined {
  if (name === undefined) return { where: "" };
  if (!isRange && existsSync(name)) return { where: "", path: name };
  return refOf(name);
}

/** @throws CannotError where there is no repository */
function refOf(name: string): Place | undefined {
  if (!isInRepository())
    throw new CannotError(
      `${show(name)} is no file and no folder, and there is no git repository here whose ref it could be`,
      "check the path; to compare commits, run this inside the clone that has them",
    );
  const [, ref = name, path] = /^([^:]+):(.+)$/s.exec(name) ?? [];
  const commit = commitOf(ref);
  if (commit === undefined) return undefined;
  const short = commit.slice(0, 7);
  const where = ` at ${commit.startsWith(ref) ? short : `${ref} (${short})`}`;
  return { where, commit, ...(path === undefined ? {} : { path }) };
}

function baseOf(from: Place, to: Place): Place {
  if (from.commit === undefined || to.commit === undefined) return from;
  const where = from.where.replace(/^ at /, " where it left ");
  return { ...from, where, commit: mergeBaseOf(from.commit, to.commit) };
}

/** Something of both sides. */
interface Pair<T> {
  readonly from: T;
  readonly to: T;
}

/** What is compared with what. */
function pairsOf(from: Place, to: Place, given: readonly string[]): readonly Pair<string>[] | Refused {
  const own = [to.path, from.path].filter((path) => path !== undefined);
  const leftOver = own.length > 0 ? given[2 - own.length] : undefined;
  if (leftOver !== undefined)
    return refused(
      leftOver,
      "both sides have their file or folder already, and none is compared with this",
      "compare two at a time, or git refs at any number of paths: sallyport diff A B -- PATH PATH",
    );
  const common = given.length > 0 ? given : [own[0] ?? DEFAULT_PATH];
  return common.map((path) => ({ from: from.path ?? path, to: to.path ?? path }));
}

/** That a commit can't have a path. */
function outsideOf({ commit, where }: Place, path: string): Refused | undefined {
  if (commit === undefined || isRepositoryPath(path)) return undefined;
  return refused(
    path,
    `this is outside of the repository, so that it can't be${where}`,
    "name a path in it; to compare a file from elsewhere, name both sides: sallyport diff REF:PATH FILE",
  );
}

function readAt({ commit }: Place, path: string, now: Date | undefined): Found {
  if (commit === undefined)
    return existsSync(path) ? { path, sources: readSources(path, { now }) } : { path };
  const tree = treeAt(commit, path);
  return tree.has(path) ? { path, sources: readSources(path, { now, tree }) } : { path };
}

/** That what is compared is not there; a path that both sides are asked for may be new, or gone. */
function missingOf({ from, to }: Pair<Found>, { paths }: Asked): Refused | undefined {
  const [first, second] = [from, to].filter(({ sources }) => sources === undefined);
  if (first === undefined) return undefined;
  if (resolve(from.path) !== resolve(to.path))
    return refused(first.path, "the side that names this path does not have it", "check its spelling");
  if (second === undefined) return undefined;
  return refused(
    first.path,
    "neither side has this path",
    paths.length === 0
      ? "say what to compare: sallyport diff A...B -- PATH"
      : "check its spelling; where it is meant as a git ref, git fetch gets those of another clone",
  );
}

function sideOf({ where }: Place, found: readonly Found[]): Side {
  const name = `${found.map(({ path }) => path).join(", ")}${where}`;
  const absent = found.flatMap(({ path, sources }) => (sources === undefined ? [path] : []));
  const which = absent.length === found.length ? "" : `${absent.join(", ")} `;
  return { name: absent.length === 0 ? name : `${name}, ${which}not there`, sources: together(found) };
}

/** @throws CannotError where there is no commit that it could be */
function unknown(name: string | undefined): Refused {
  if (name === HEAD || !hasCommits())
    throw new CannotError(
      "there is no commit yet to compare with",
      "commit first (git add, git commit), or name two files or folders",
    );
  return refused(
    name,
    "this is no file, no folder and no git ref",
    "check its spelling; git fetch gets the refs of another clone",
  );
}

function refused(name: string | undefined, why: string, fix: string): Refused {
  return {
    problem: { file: "sallyport diff", line: 1, column: 1, path: "", value: show(name), why, fix },
  };
}
