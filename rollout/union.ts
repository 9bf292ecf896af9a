import { isFields, type Json, type Manifest } from "../plan/manifest.ts";
import { claimsOf, listAt, routesWithout, TOLD_BY } from "./claims.ts";

type Fields = Readonly<Record<string, Json>>;

/** Two entries of a list that stand for the same thing have the same key. */
type KeyOf = (entry: Json) => string;
/** An entry's whole content as its key. The API server gives a map's keys back in an order of its own. */
export const entryKey: KeyOf = (entry) =>
  JSON.stringify(entry, (_, value: Json) =>
    isFields(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
const by =
  (...path: readonly string[]): KeyOf =>
  (entry) =>
    String(path.reduce<Json | undefined>((value, step) => (value as Fields | undefined)?.[step], entry));

/**
 * The lists of a kind's spec that are held wider while a change is under way. In each the new entries come first, as
 * Envoy and Istio take the first that fits.
 */
const LISTS: Readonly<Record<string, Readonly<Record<string, KeyOf>>>> = {
  AuthorizationPolicy: { rules: entryKey },
  DestinationRule: { exportTo: entryKey, subsets: by("name") },
  Gateway: { servers: by("port", "number") },
  NetworkPolicy: { ingress: entryKey, egress: entryKey },
  Service: { ports: by("port") },
  ServiceEntry: { hosts: entryKey, exportTo: entryKey, ports: by("number") },
  VirtualService: { hosts: entryKey, exportTo: entryKey, http: entryKey },
};

/**
 * An object that serves what the old one served and what the new one does, for the time between two configurations.
 * Where they differ in more than lists, the new one counts.
 */
export function unionOf(old: Manifest, next: Manifest): Manifest {
  if (!isFields(old.spec) || !isFields(next.spec)) return next;
  if (next.kind === "Sidecar") return { ...next, spec: unionOfSidecars(old.spec, next.spec) };
  const lists = LISTS[next.kind];
  if (lists === undefined) return next;
  const spec: Record<string, Json> = { ...next.spec };
  for (const [name, keyOf] of Object.entries(lists)) {
    const entries = unionOfLists(listAt(old.spec, name), listAt(next.spec, name), keyOf);
    if (entries.length > 0) spec[name] = entries;
  }
  if (next.kind === "VirtualService")
    for (const [name, field] of Object.entries(TOLD_BY)) {
      const routes = unionOfRoutes(listAt(old.spec, name), listAt(next.spec, name), field);
      if (routes.length > 0) spec[name] = routes;
    }
  return { ...next, spec };
}

/** The new one with what both import; one without imports takes all. */
function unionOfSidecars(old: Fields, next: Fields): Json {
  const importsOf = (spec: Fields) => listAt(spec, "egress").flatMap((entry) => listAt(entry, "hosts"));
  const [before, after] = [importsOf(old), importsOf(next)];
  const { egress: _, ...others } = next;
  if (before.length === 0 || after.length === 0) return others;
  return { ...others, egress: [{ hosts: unionOfLists(before, after, entryKey) }] };
}

function unionOfLists(old: readonly Json[], next: readonly Json[], keyOf: KeyOf): Json[] {
  const known = new Set(next.map(keyOf));
  return [...next, ...old.filter((entry) => !known.has(keyOf(entry)))];
}

/** Two routes for one name, or one subnet, on one port would clash: an old route keeps what no new one has. */
function unionOfRoutes(old: readonly Json[], next: readonly Json[], field: string): Json[] {
  const claimed = new Set(claimsOf(next, field));
  const known = new Set(next.map(entryKey));
  const kept = routesWithout(old, field, (claim) => claimed.has(claim));
  return [...next, ...kept.filter((route) => !known.has(entryKey(route)))];
}
