import type { Manifest } from "../../plan/manifest.ts";
import { waysIn } from "./ways.ts";

/** Who may call one port of a host. */
interface HostAccess {
  readonly host: string;
  readonly port: number;
  /** Principals as Istio writes them, sorted; `…/ns/news/*` means every account of news. */
  readonly principals: readonly string[];
}

/** Reads out of manifests who may call what, be it one path of it. */
export function summariseAccess(manifests: readonly Manifest[]): HostAccess[] {
  const { reachable } = waysIn(manifests);
  return [...Map.groupBy(reachable, ({ host, port }) => `${host}:${port}`).values()]
    .flatMap((ways) => {
      const principals = [...new Set(ways.map(({ principal }) => principal))].sort();
      return ways.slice(0, 1).map(({ host, port }) => ({ host, port, principals }));
    })
    .sort((a, b) => (a.host === b.host ? a.port - b.port : a.host < b.host ? -1 : 1));
}
