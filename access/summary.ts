import type { Manifest } from "../plan/manifest.ts";
import { grantsIn } from "./grants.ts";

/** Who may call one host, as the manifests' policies say. */
export interface HostAccess {
  readonly host: string;
  /** Principals as Istio writes them, sorted; `…/ns/news/*` means every account of news. */
  readonly principals: readonly string[];
}

/** Reads who may call what out of AuthorizationPolicies; other objects are passed over. */
export function summariseAccess(manifests: readonly Manifest[]): HostAccess[] {
  const access = new Map<string, Set<string>>();
  for (const { host, principal } of grantsIn(manifests)) {
    const known = access.get(host) ?? new Set();
    access.set(host, known.add(principal));
  }
  return [...access]
    .map(([host, principals]) => ({ host, principals: [...principals].sort() }))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}
