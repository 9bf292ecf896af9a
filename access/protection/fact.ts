/** What a fact is about: what is told of calls, whom the gateway trusts outside, what else is open. */
export type Family = "monitoring" | "verification" | "lockdown";

/** One thing that manifests say about how well calls are watched and kept in. */
export interface Fact {
  readonly family: Family;
  /** The same on both sides of a diff. */
  readonly key: string;
  /** A guard protects while it is there; an opening is what a guard leaves open, or what goes round it. */
  readonly kind: "guard" | "opening";
  /**
   * What has it. A guard that goes together with its subject is no loss, an opening that comes with a new one no news.
   * Absent: it counts whatever else is there.
   */
  readonly subject?: string;
  /** In one sentence without its full stop. */
  readonly says: string;
  /** The `kind/namespace/name` of the object that has it. */
  readonly object: string;
}

/** What manifests say of protection. */
export interface Protection {
  readonly facts: readonly Fact[];
  /** What is there to have facts. */
  readonly subjects: ReadonlySet<string>;
}

/** How a set of pods is called: `egress/egress` by namespace and label, `news/*` for all of a namespace. */
export function podsOf(namespace: string, labels: Readonly<Record<string, string>> = {}): string {
  return `${namespace}/${Object.values(labels)[0] ?? "*"}`;
}
