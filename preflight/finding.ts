import type { DeclaredHost } from "../model/environment.ts";
import type { Problem } from "../model/problem.ts";
import type { Path } from "../model/source.ts";
import type { Situation } from "./situation.ts";

/** What running objects do to a declaration: a `problem` breaks or bypasses it, a `warning` may. */
export interface Finding {
  readonly severity: "problem" | "warning";
  readonly problem: Problem;
}

type Severity = Finding["severity"];

/** A finding about declared hosts, at the first in the files. Nothing where there is none. */
export function atHosts(
  severity: Severity,
  hosts: readonly DeclaredHost[],
  why: string,
  fix: string,
): Finding[] {
  const [first] = [...hosts].sort(
    ({ at: a }, { at: b }) =>
      (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) || a.line - b.line || a.column - b.column,
  );
  if (first === undefined) return [];
  const more = hosts.length === 1 ? "" : ` and ${hosts.length - 1} more`;
  const path = `${first.host}:${first.port}${more}`;
  return [{ severity, problem: { ...first.at, path, why, fix } }];
}

/** A finding about another part of the environment's file. */
export function atPart(
  { positionOf }: Situation,
  severity: Severity,
  part: Path,
  path: string,
  why: string,
  fix: string,
): Finding {
  return { severity, problem: { ...positionOf(part), path, why, fix } };
}

/** `VirtualService news/steal`. */
export function called({
  kind,
  metadata: { namespace, name },
}: {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function enumerate(names: readonly string[]): string {
  const [last, ...rest] = [...names].reverse();
  if (last === undefined) return "";
  if (names.length > 3) return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  return rest.length === 0 ? last : `${rest.reverse().join(", ")} and ${last}`;
}
