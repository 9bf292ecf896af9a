import type { Json, Manifest } from "../plan/manifest.ts";

type Fields = Readonly<Record<string, Json>>;

/** Two entries of a list that stand for the same thing have the same key. */
type KeyOf = (entry: Json) => string;
/** The API server gives a map's keys back in an order of its own. */
const whole: KeyOf = (entry) =>
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
  AuthorizationPolicy: { rules: whole },
  DestinationRule: { exportTo: whole, subsets: by("name") },
  Gateway: { servers: by("port", "number") },
  NetworkPolicy: { ingress: whole, egress: whole },
  Service: { ports: by("port") },
  ServiceEntry: { hosts: whole, exportTo: whole, ports: by("number") },
  VirtualService: { hosts: whole, exportTo: whole, http: whole, tcp: whole },
};

/**
 * An object that serves what the old one served and what the new one does, for the time between two configurations.
 * Where they differ in more than lists, the new one counts.
 */
export function unionOf(old: Manifest, next: Manifest): Manifest {
  const lists = LISTS[next.kind];
  if (lists === undefined || !isFields(old.spec) || !isFields(next.spec)) return next;
  const spec: Record<string, Json> = { ...next.spec };
  for (const [name, keyOf] of Object.entries(lists)) {
    const entries = unionOfLists(listAt(old.spec, name), listAt(next.spec, name), keyOf);
    if (entries.length > 0) spec[name] = entries;
  }
  const tls = unionOfTlsRoutes(listAt(old.spec, "tls"), listAt(next.spec, "tls"));
  if (next.kind === "VirtualService" && tls.length > 0) spec.tls = tls;
  return { ...next, spec };
}

function unionOfLists(old: readonly Json[], next: readonly Json[], keyOf: KeyOf): Json[] {
  const known = new Set(next.map(keyOf));
  return [...next, ...old.filter((entry) => !known.has(keyOf(entry)))];
}

interface TlsRoute {
  readonly match: readonly { readonly sniHosts: readonly string[]; readonly [field: string]: Json }[];
  readonly [field: string]: Json;
}

/** Two routes for one name on one listener would clash, so an old route keeps the names that no new one has. */
function unionOfTlsRoutes(old: readonly Json[], next: readonly Json[]): Json[] {
  const nameKey = (match: Fields, name: string) => `${String(match.port)} ${name}`;
  const known = new Set(
    (next as unknown as readonly TlsRoute[]).flatMap(({ match }) =>
      match.flatMap((entry) => entry.sniHosts.map((name) => nameKey(entry, name))),
    ),
  );
  const kept = (old as unknown as readonly TlsRoute[]).flatMap((route) => {
    const match = route.match.flatMap((entry) => {
      const sniHosts = entry.sniHosts.filter((name) => !known.has(nameKey(entry, name)));
      return sniHosts.length === 0 ? [] : [{ ...entry, sniHosts }];
    });
    return match.length === 0 ? [] : [{ ...route, match }];
  });
  return [...next, ...kept];
}

function listAt(spec: Fields, name: string): readonly Json[] {
  const value = spec[name];
  return Array.isArray(value) ? value : [];
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
