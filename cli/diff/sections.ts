import type { Diff } from "../../access/diff/diff.ts";
import { inWords } from "../../access/manifests/unjudged.ts";
import { callerOf, changeOf, costOf, objectOf, protectionOf, targetOf } from "./words.ts";

/** One change, and lines that tell more of it. */
export interface Entry {
  readonly text: string;
  readonly below: readonly string[];
}

/** Changes of one kind. */
export interface Section {
  readonly title: string;
  /** By which a change is told without colour: more, less, look here, other. */
  readonly sign: "+" | "−" | "!" | "~";
  /** What a reviewer has to look at, what is as well to know, and what is there besides. */
  readonly weight: "alarming" | "calming" | "plain";
  readonly entries: readonly Entry[];
}

/** A diff in the order in which it matters: the same sections of every diff. */
export function sectionsOf({ access, protection, notJudged, objects, cost }: Diff): Section[] {
  const ofAccess = (rows: typeof access.gained, otherSide: "before" | "still") =>
    rows.map((row) => ({ text: `${callerOf(row)} → ${targetOf(row)}`, below: changeOf(row, otherSide) }));
  const ofProtection = (changes: typeof protection.weakened) =>
    changes.map((change) => ({ text: `${change.family}: ${protectionOf(change)}`, below: [change.object] }));
  const ofObjects = (changes: typeof objects.added) => plain(changes.map(objectOf));
  return [
    { title: "access gained", sign: "+", weight: "alarming", entries: ofAccess(access.gained, "before") },
    { title: "access lost", sign: "−", weight: "calming", entries: ofAccess(access.lost, "still") },
    {
      title: "protection weakened",
      sign: "!",
      weight: "alarming",
      entries: ofProtection(protection.weakened),
    },
    { title: "protection changed", sign: "!", weight: "alarming", entries: ofProtection(protection.changed) },
    {
      title: "protection strengthened",
      sign: "+",
      weight: "calming",
      entries: ofProtection(protection.strengthened),
    },
    {
      title: "not judged",
      sign: "!",
      weight: "alarming",
      entries: plain(notJudged.map(inWords)),
    },
    { title: "objects added", sign: "+", weight: "plain", entries: ofObjects(objects.added) },
    { title: "objects changed", sign: "~", weight: "plain", entries: ofObjects(objects.changed) },
    { title: "objects removed", sign: "−", weight: "plain", entries: ofObjects(objects.removed) },
    { title: "cost", sign: "~", weight: "plain", entries: plain(isNothing(objects) ? [] : costOf(cost)) },
  ];
}

function plain(texts: readonly string[]): Entry[] {
  return texts.map((text) => ({ text, below: [] }));
}

function isNothing({ added, changed, removed }: Diff["objects"]): boolean {
  return added.length + changed.length + removed.length === 0;
}
