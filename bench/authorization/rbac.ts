/** What of an Envoy's configuration is policies. */
export interface PolicySize {
  /** Of all its policy filters as JSON without white space. */
  readonly bytes: number;
  /** Filters of that kind. */
  readonly filters: number;
}

/** Reads a `config_dump`. */
export function policySize(dump: string): PolicySize {
  const filters = filtersIn(JSON.parse(dump));
  const bytes = filters.reduce<number>((sum, filter) => sum + Buffer.byteLength(JSON.stringify(filter)), 0);
  return { bytes, filters: filters.length };
}

function filtersIn(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if ("@type" in value && /\.rbac\.v3\.RBAC$/.test(String(value["@type"]))) return [value];
  return Object.values(value).flatMap(filtersIn);
}

/** A policy's names as they stand in a dump: `ns[egress]-policy[NAME]-rule[0]`. */
export function policiesIn(dump: string): Set<string> {
  return new Set([...dump.matchAll(/-policy\[([^\]]+)\]-rule\[/g)].map(([, name = ""]) => name));
}

/** Linux counts a process's time in these, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds that the processor worked for the process of a name, in its own code and the kernel's.
 *
 * @param stat the lines of `/proc/PID/stat` of every process
 * @throws if there is no such process
 */
export function processorSeconds(stat: string, name: string): number {
  const [, rest] =
    stat
      .split("\n")
      .find((line) => line.includes(`(${name})`))
      ?.split(") ", 2) ?? [];
  if (rest === undefined) throw new Error(`no process ${name} runs: ${stat}`);
  // proc_pid_stat(5) counts from 1, and two fields stand before this.
  const [user, system] = rest.split(" ").slice(11, 13).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / TICKS_PER_SECOND;
}
