import { identityOf, isFields, type Json, type Manifest } from "../plan/manifest.ts";

/** The lists of a VirtualService's routes whose matches become a listener's filter chains, and what tells these apart. */
export const TOLD_BY: Readonly<Record<string, string>> = { tls: "sniHosts", tcp: "destinationSubnets" };

type Match = Readonly<Record<string, Json>>;
interface Route {
  readonly match?: readonly Match[];
  readonly [field: string]: Json | undefined;
}

/** What some routes claim on a listener: each name or subnet with its port. Envoy takes no two chains for one claim. */
export function claimsOf(routes: readonly Json[], field: string): string[] {
  return (routes as unknown as readonly Route[]).flatMap(({ match = [] }) =>
    match.flatMap((entry) => namesIn(entry, field).map((name) => claimOf(entry, name))),
  );
}

/** The routes without some of their claims; a route that claims nothing any more is left out. */
export function routesWithout(
  routes: readonly Json[],
  field: string,
  gone: (claim: string) => boolean,
): Json[] {
  return (routes as unknown as readonly Route[]).flatMap((route) => {
    const match = (route.match ?? []).flatMap((entry) => {
      const names = namesIn(entry, field);
      const left = names.filter((name) => !gone(claimOf(entry, name)));
      if (left.length === names.length) return [entry];
      return left.length === 0 ? [] : [{ ...entry, [field]: left }];
    });
    return match.length === 0 && route.match !== undefined ? [] : [{ ...route, match } as unknown as Json];
  });
}

function namesIn(match: Match, field: string): readonly string[] {
  const names = match[field];
  return Array.isArray(names) ? (names as readonly string[]) : [];
}

function claimOf(match: Match, name: string): string {
  return `${String(match.port)} ${name}`;
}

/** Who claims what among objects that do not clash: the identity of an object by each of its claims. */
export function claimants(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  return new Map(
    manifests
      .filter(isMeshRoute)
      .flatMap((manifest) =>
        Object.entries(TOLD_BY).flatMap(([list, field]) =>
          claimsOf(listAt(manifest.spec, list), field).map((claim) => [claim, identityOf(manifest)] as const),
        ),
      ),
  );
}

/** The object without what another claims; undefined where nothing is left of it. */
export function withoutForeign(
  manifest: Manifest,
  foreign: (claim: string) => boolean,
): Manifest | undefined {
  if (!isMeshRoute(manifest)) return manifest;
  const spec: Record<string, Json> = { ...(manifest.spec as Record<string, Json>) };
  for (const [list, field] of Object.entries(TOLD_BY)) {
    if (spec[list] === undefined) continue;
    const left = routesWithout(listAt(manifest.spec, list), field, foreign);
    if (left.length > 0) spec[list] = left;
    else delete spec[list];
  }
  return ["http", ...Object.keys(TOLD_BY)].some((list) => spec[list] !== undefined)
    ? { ...manifest, spec }
    : undefined;
}

/** Whether sidecars have the routes of an object. */
export function isMeshRoute({ kind, spec }: Manifest): boolean {
  if (kind !== "VirtualService") return false;
  const gateways = listAt(spec, "gateways");
  return gateways.length === 0 || gateways.includes("mesh");
}

/** A list in a spec, or in an entry of one; empty where there is none. */
export function listAt(fields: Json | undefined, name: string): readonly Json[] {
  const value = isFields(fields) ? fields[name] : undefined;
  return Array.isArray(value) ? value : [];
}
