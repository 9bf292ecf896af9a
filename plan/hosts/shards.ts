import { isDeepStrictEqual } from "node:util";
import type { Host, HostSettings, Mode } from "../../model/environment.ts";
import { settingsOf } from "../../model/hosts/settings.ts";
import { namespacesOf } from "../../model/rules/callers.ts";
import { digest } from "../../model/values/digest.ts";
import { CollisionError } from "../collision.ts";
import { type Refusal, refusalOf } from "./access/not-found.ts";

/** How many objects of one kind a group of hosts is spread over, so that none grows near etcd's limit. */
const BUCKETS = 4;

/** Hosts that share their objects: alike in all but their names and callers' accounts, in one bucket. */
export interface Shard {
  /** A name of its own, the same whatever other shards there are; a lone host keeps it when it is granted to others. */
  readonly name: string;
  /** A digest of its name, by which destinations of its own are told from others' at the gateway. */
  readonly key: string;
  readonly owner: string;
  readonly mode: Mode;
  readonly port: number;
  readonly settings: HostSettings;
  /** What their routes let through, where the rest is «not found». */
  readonly refusal?: Refusal;
  /** The namespaces that were granted these hosts, sorted. Objects for their sidecars go to these only. */
  readonly namespaces: readonly string[];
  /** Sorted by name; at least one. */
  readonly hosts: readonly [Host, ...Host[]];
}

/**
 * Groups a gateway's hosts. exportTo is per object, so only hosts with the same set of namespaces can share one: the
 * number of objects grows with the distinct sets, not with the hosts. A host's bucket depends on its name alone, so
 * adding one touches one shard.
 *
 * @param hosts sorted by host and port; hosts granted to nobody get no shard
 * @param alone whether a host has objects of its own that no other can share
 * @throws CollisionError naming a host of each of two shards whose names, destinations or rules would be taken for one
 */
export function shardsOf(gateway: string, hosts: readonly Host[], alone: (host: Host) => boolean): Shard[] {
  const shards = new Map<string, Shard & { readonly hosts: [Host, ...Host[]] }>();
  for (const host of hosts) {
    const namespaces = namespacesOf([host]);
    if (namespaces.length === 0) continue;
    const { owner, mode, port } = host;
    const settings = settingsOf(host);
    const name = alone(host) ? host.host : "";
    const refusal = refusalOf(host);
    const group = JSON.stringify([
      ...[gateway, owner, mode, port, settings, namespaces, name],
      ...(refusal === undefined ? [] : [refusal.key]),
    ]);
    const bucket = Number.parseInt(digest(host.host), 16) % BUCKETS;
    const key = `${group} ${bucket}`;
    const known = shards.get(key);
    if (known) {
      refuseOtherRules(known, host, refusal);
      known.hosts.push(host);
    } else {
      const own = nameOf(`${gateway}-${mode}-${port}`, name, group, refusal, bucket);
      shards.set(key, {
        name: own,
        key: digest(own),
        owner,
        mode,
        port,
        settings,
        ...(refusal === undefined ? {} : { refusal }),
        namespaces,
        hosts: [host],
      });
    }
  }
  const sorted = [...shards.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const byKey = new Map<string, Shard>();
  for (const shard of sorted) {
    const other = byKey.get(shard.key);
    if (other !== undefined) throw collisionOf(other, shard);
    byKey.set(shard.key, shard);
  }
  return sorted;
}

function collisionOf(one: Shard, other: Shard): CollisionError {
  const name = one.name === other.name ? one.name : `the destination ${one.key}`;
  return new CollisionError(`${firstOf(one)} and ${firstOf(other)}`, name);
}

/** Of a refusal's rules a digest tells whether they are alike: it is not taken at its word. */
function refuseOtherRules(known: Shard, host: Host, refusal: Refusal | undefined): void {
  if (isDeepStrictEqual(known.refusal?.rules, refusal?.rules)) return;
  const rivals = `the rules of ${firstOf(known)} and of ${host.host}:${host.port}`;
  throw new CollisionError(rivals, `the refusal ${refusal?.key}`);
}

function firstOf({ hosts: [{ host, port }], owner }: Shard): string {
  return `${host}:${port} of ${owner}`;
}

/** What has objects of its own keeps its name when it is granted to others. */
function nameOf(
  prefix: string,
  alone: string,
  group: string,
  refusal: Refusal | undefined,
  bucket: number,
): string {
  if (alone === "") return `${prefix}-${digest(group)}-${bucket}`;
  return `${prefix}-${digest(refusal === undefined ? alone : `${alone} ${refusal.key}`)}`;
}

/** The ports of some shards, in order, each with the namespaces that were granted a host on it, sorted. */
export function namespacesByPort(shards: readonly Shard[]): [port: number, namespaces: string[]][] {
  return [...Map.groupBy(shards, ({ port }) => port)]
    .sort(([a], [b]) => a - b)
    .map(([port, sharing]) => [port, namespacesOf(sharing.flatMap(({ hosts }) => hosts))]);
}
