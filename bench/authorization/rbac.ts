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
