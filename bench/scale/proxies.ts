/** What one Envoy holds. */
export interface ProxySize {
  /** Of its whole configuration, as `config_dump` prints it. */
  readonly bytes: number;
  readonly clusters: number;
  /** Allocated by Envoy itself (`server.memory_allocated`). */
  readonly memoryBytes: number;
}

/** The counters that {@link sizeOf} reads, as Envoy's admin interface takes them. */
export const STATISTICS = "stats?filter=^(cluster_manager.active_clusters|server.memory_allocated)$";

/**
 * Reads an Envoy's size.
 *
 * @throws if a counter is missing
 */
export function sizeOf(dump: string, statistics: string): ProxySize {
  const counter = (name: string) => {
    const value = new RegExp(`^${name}: (?<value>\\d+)$`, "m").exec(statistics)?.groups?.value;
    if (value === undefined) throw new Error(`Envoy has no counter ${name}: ${statistics}`);
    return Number(value);
  };
  return {
    bytes: Buffer.byteLength(dump),
    clusters: counter("cluster_manager.active_clusters"),
    memoryBytes: counter("server.memory_allocated"),
  };
}

/** One proxy as istiod's /debug/syncz tells of it: what it was sent and what it acknowledged, by type. */
export interface SyncStatus {
  /** Pod and namespace, `name.namespace`. */
  readonly proxy: string;
  readonly resources?: Readonly<Record<string, { readonly sent?: string; readonly acked?: string }>>;
}

/**
 * Whether each of these proxies has acknowledged all that it was sent.
 *
 * @param answers what each istiod says; it knows only its own proxies
 * @param proxies as `name.namespace`
 */
export function inSync(answers: readonly (readonly SyncStatus[])[], proxies: readonly string[]): boolean {
  const known = new Map(answers.flat().map((status) => [status.proxy, status]));
  return proxies.every((proxy) => {
    const types = Object.values(known.get(proxy)?.resources ?? {});
    return types.length > 0 && types.every(({ sent, acked }) => sent === acked);
  });
}
