import type { Json, Manifest } from "../plan/manifest.ts";

/** Who may call one host, as the manifests' policies say. */
export interface HostAccess {
  readonly host: string;
  /** Principals as Istio writes them, sorted; `…/ns/news/*` means every account of news. */
  readonly principals: readonly string[];
}

interface Rule {
  readonly from?: readonly { readonly source: { readonly principals?: readonly string[] } }[];
  readonly to?: readonly { readonly operation: { readonly hosts?: readonly string[] } }[];
  readonly when?: readonly { readonly key: string; readonly values?: readonly string[] }[];
}

/** Reads who may call what out of AuthorizationPolicies; other objects are passed over. */
export function summariseAccess(manifests: readonly Manifest[]): HostAccess[] {
  const access = new Map<string, Set<string>>();
  for (const rule of manifests.flatMap(rulesOf)) {
    const principals = (rule.from ?? []).flatMap(({ source }) => source.principals ?? []);
    for (const host of hostsOf(rule)) {
      const known = access.get(host) ?? new Set();
      for (const principal of principals) known.add(principal);
      access.set(host, known);
    }
  }
  return [...access]
    .map(([host, principals]) => ({ host, principals: [...principals].sort() }))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}

function rulesOf({ kind, spec }: Manifest): readonly Rule[] {
  if (kind !== "AuthorizationPolicy") return [];
  return ((spec as { readonly [key: string]: Json }).rules ?? []) as unknown as readonly Rule[];
}

/** Hosts by authority (each stands with and without its port) and by SNI. */
function hostsOf(rule: Rule): string[] {
  const authorities = (rule.to ?? []).flatMap(({ operation }) => operation.hosts ?? []);
  const names = (rule.when ?? [])
    .filter(({ key }) => key === "connection.sni")
    .flatMap(({ values }) => values ?? []);
  return [...authorities.filter((authority) => !authority.includes(":")), ...names];
}
