import type { Fact, Family, Protection } from "../protection/fact.ts";

/** How one protection is told on both sides. */
export interface ProtectionChange {
  readonly family: Family;
  /** Absent: nothing says so there. */
  readonly before?: string;
  readonly after?: string;
  /** The `kind/namespace/name` of the object that has it, or had it. */
  readonly object: string;
}

/** What became of protection; each list in the order of families and texts. */
export interface ProtectionDiff {
  readonly weakened: readonly ProtectionChange[];
  readonly strengthened: readonly ProtectionChange[];
  /** It is there on both sides, and says something else: whether that is more or less is the reader's to judge. */
  readonly changed: readonly ProtectionChange[];
}

/** Compares what two sets of manifests say of protection. */
export function protectionDiff(before: Protection, after: Protection): ProtectionDiff {
  const lost = without(before, after);
  const come = without(after, before);
  return {
    weakened: sorted([
      ...lost.filter(({ kind }) => kind === "guard").map(gone),
      ...come.filter(({ kind }) => kind === "opening").map(fresh),
    ]),
    strengthened: sorted([
      ...come.filter(({ kind }) => kind === "guard").map(fresh),
      ...lost.filter(({ kind }) => kind === "opening").map(gone),
    ]),
    changed: sorted(differing(before, after)),
  };
}

/** The facts of one side that the other does not have, though what they are about is there too. */
function without({ facts }: Protection, other: Protection): Fact[] {
  const known = new Set(other.facts.map(({ key }) => key));
  return facts.filter(
    ({ key, subject }) => !known.has(key) && (subject === undefined || other.subjects.has(subject)),
  );
}

function differing(before: Protection, after: Protection): ProtectionChange[] {
  const known = new Map(before.facts.map((fact) => [fact.key, fact]));
  return after.facts.flatMap(({ key, family, says, object }) => {
    const was = known.get(key);
    return was === undefined || was.says === says ? [] : [{ family, before: was.says, after: says, object }];
  });
}

function gone({ family, says, object }: Fact): ProtectionChange {
  return { family, before: says, object };
}

function fresh({ family, says, object }: Fact): ProtectionChange {
  return { family, after: says, object };
}

const FAMILIES: readonly Family[] = ["monitoring", "verification", "lockdown"];

function sorted(changes: readonly ProtectionChange[]): ProtectionChange[] {
  const key = ({ family, before = "", after = "", object }: ProtectionChange) =>
    [FAMILIES.indexOf(family), before, after, object].join("\n");
  return [...changes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
