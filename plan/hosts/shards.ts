import { hash } from "node:crypto";
import type { Host, Mode } from "../../model/environment.ts";

/** How many objects of one kind a group of hosts is spread over, so that none grows near etcd's limit. */
const BUCKETS = 8;

/** Hosts that share their objects: same owner, mode and port, granted to the same namespaces, in one bucket. */
export interface Shard {
  /** A name of its own, the same whatever other shards there are. */
  readonly name: string;
  readonly owner: string;
  readonly mode: Mode;
  readonly port: number;
  /** The namespaces that were granted these hosts, sorted. Objects for their sidecars go to these only. */
  readonly namespaces: readonly string[];
  /** Sorted by name. */
  readonly hosts: readonly Host[];
}

/**
 * Groups a gateway's hosts. exportTo is per object, so only hosts with the same set of namespaces can share one: the
 * number of objects grows with the distinct sets, not with the hosts. A host's bucket depends on its name alone, so
 * adding one touches one shard.
 *
 * @param hosts sorted by host and port; hosts granted to nobody get no shard
 */
export function shardsOf(gateway: string, hosts: readonly Host[]): Shard[] {
  const shards = new Map<string, { shard: Omit<Shard, "hosts">; hosts: Host[] }>();
  for (const host of hosts) {
    const namespaces = [...new Set(host.allow.map((caller) => caller.namespace))].sort();
    if (namespaces.length === 0) continue;
    const group = [gateway, host.owner, host.mode, String(host.port), ...namespaces].join(" ");
    const bucket = Number.parseInt(digest(host.host), 16) % BUCKETS;
    const key = `${group} ${bucket}`;
    const known = shards.get(key);
    if (known) known.hosts.push(host);
    else {
      const name = `${gateway}-${host.mode}-${host.port}-${digest(group)}-${bucket}`;
      const { owner, mode, port } = host;
      shards.set(key, { shard: { name, owner, mode, port, namespaces }, hosts: [host] });
    }
  }
  return [...shards.values()]
    .map(({ shard, hosts }) => ({ ...shard, hosts }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function digest(text: string): string {
  return hash("sha256", text).slice(0, 8);
}
