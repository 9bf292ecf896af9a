import { type Diff, diffOf } from "../../access/diff/diff.ts";
import type { Problem } from "../../model/index.ts";
import { type EnvironmentSource, type RefusedSource, settingsOf } from "../input/source.ts";
import type { Side } from "./sides.ts";

/** One environment on both sides. */
export interface Compared {
  readonly name: string;
  /** Added and removed: one side does not have it. */
  readonly status: "compared" | "added" | "removed" | "refused";
  /** Absent where a side is refused. */
  readonly diff?: Diff;
  /** Of the sides that are refused; empty where none is. */
  readonly problems: readonly (Problem & { readonly side: "from" | "to" })[];
}

/** Compares two sides environment by environment, by name; where each has a single one, whatever their names. */
export function compare(from: Side, to: Side): Compared[] {
  const [old, fresh] = [readOf(from), readOf(to)];
  const [first, ...others] = old;
  const [second, ...more] = fresh;
  if (first !== undefined && second !== undefined && others.length === 0 && more.length === 0)
    return [comparedOf(second.name, first, second)];
  const names = [...new Set([...old, ...fresh].map(({ name }) => name))].sort();
  return names.map((name) => comparedOf(name, named(old, name), named(fresh, name)));
}

type Read = EnvironmentSource | RefusedSource;

function readOf({ sources: { environments, refused } }: Side): Read[] {
  return [...environments, ...refused];
}

/** Of two of one name, the one that is refused: what the environment is can't be told then. */
function named(read: readonly Read[], name: string): Read | undefined {
  return read.filter((one) => one.name === name).at(-1);
}

function comparedOf(name: string, from: Read | undefined, to: Read | undefined): Compared {
  const problemsOf = (side: "from" | "to", read: Read | undefined) =>
    read !== undefined && "problems" in read ? read.problems.map((problem) => ({ ...problem, side })) : [];
  const problems = [...problemsOf("from", from), ...problemsOf("to", to)];
  if (problems.length > 0) return { name, status: "refused", problems };
  const status = from === undefined ? "added" : to === undefined ? "removed" : "compared";
  // Where one side has no environment, its mesh is the other's: that does not change.
  const meshes = { before: meshOf(from ?? to), after: meshOf(to ?? from) };
  return { name, status, diff: diffOf(manifestsOf(from), manifestsOf(to), meshes), problems };
}

function manifestsOf(read: Read | undefined) {
  return read !== undefined && "manifests" in read ? read.manifests : [];
}

function meshOf(read: Read | undefined) {
  return read !== undefined && "manifests" in read ? settingsOf(read) : {};
}
