import type { DeclaredHost } from "../environment.ts";
import { namespacesOf } from "../rules/callers.ts";
import { digest } from "../values/digest.ts";
import { overlap } from "../values/network.ts";
import { PROTOCOLS } from "../values/protocols.ts";
import { findCovered } from "./covered-hosts.ts";
import { findSharedAddresses } from "./shared-addresses.ts";
import { placeOfHost, type SoundHost } from "./sound-host.ts";

/** Finds hosts that can't be declared together; each fault names the other declaration. */
export function findConflicts(hosts: readonly SoundHost[]): void {
  findCovered(hosts);
  findOnOnePort(hosts);
  findSharedAddresses(hosts);
  findAlikeNames(hosts);
  findAuthorizers(hosts);
}

/** What a namespace's sidecars can't tell apart: they see a port, and for plain TCP an address. */
function findOnOnePort(hosts: readonly SoundHost[]): void {
  const seen = new Map<string, SoundHost[]>();
  const withNamespaces = hosts.map((one) => ({ one, namespaces: namespacesOf([one.host]) }));
  const isForAll = (namespaces: readonly string[]) => namespaces.includes("*");
  // What everyone may call is on the port in each namespace, so it comes first.
  for (const { one, namespaces } of [
    ...withNamespaces.filter(({ namespaces }) => isForAll(namespaces)),
    ...withNamespaces.filter(({ namespaces }) => !isForAll(namespaces)),
  ]) {
    const forAll = seen.get(`* ${one.host.port}`) ?? [];
    for (const namespace of namespaces) {
      const key = `${namespace} ${one.host.port}`;
      const others = seen.get(key) ?? [];
      seen.set(key, others);
      const rival =
        forAll.find((other) => clash(one.host, other.host)) ??
        others.find((other) => clash(one.host, other.host));
      if (rival !== undefined) {
        const [why, fix] = clash(one.host, rival.host) ?? ["", ""];
        const where = `${rival.host.host} at ${placeOfHost(rival.host)}`;
        const place = namespace === "*" ? "every namespace" : namespace;
        one.fault(["host"], one.host.host, `in ${place}, ${why}: ${where}`, fix);
      }
      // Other protocols are all alike: one of them stands for all, so that this stays linear.
      if (one.host.mode === "tcp" || others.length === 0) others.push(one);
    }
  }
}

function clash(a: DeclaredHost, b: DeclaredHost): readonly [why: string, fix: string] | undefined {
  const protocols = [PROTOCOLS[a.mode], PROTOCOLS[b.mode]];
  if (protocols[0] !== protocols[1])
    return [
      `port ${a.port} can't carry ${protocols.join(" and ")}`,
      "take different ports, or callers in different namespaces",
    ];
  if (a.mode !== "tcp") return undefined;
  if (a.addresses === undefined || b.addresses === undefined)
    return [
      `another TCP host has port ${a.port}, and no address tells the two apart`,
      "give both their addresses:, or take different ports",
    ];
  // Of one gateway findSharedAddresses tells it.
  if (a.gateway === b.gateway) return undefined;
  const shared = a.addresses.find((range) => b.addresses?.some((other) => overlap(range, other)));
  return shared === undefined
    ? undefined
    : [`another TCP host on port ${a.port} has ${shared} too`, "give each host its own addresses"];
}

/**
 * Hosts whose objects could have one name, of which a digest of the host's is part. It has ten digits, so that chance
 * hardly brings it about, but somebody may.
 */
function findAlikeNames(hosts: readonly SoundHost[]): void {
  const first = new Map<string, DeclaredHost>();
  for (const { host, fault } of hosts) {
    const key = [host.gateway, host.mode, host.port, digest(host.host)].join(" ");
    const other = first.get(key) ?? host;
    first.set(key, other);
    if (other.host !== host.host)
      fault(
        ["host"],
        host.host,
        `its objects would have the names of those of ${other.host} at ${placeOfHost(other)}, as both names have one digest`,
        "give one of the two another port or gateway",
      );
  }
}

/** Istio takes one authorizer for the pods of a gateway: beside a second one it refuses all that either is asked about. */
function findAuthorizers(hosts: readonly SoundHost[]): void {
  const first = new Map<string, DeclaredHost>();
  for (const { host, fault } of hosts) {
    if (host.authorizer === undefined) continue;
    const other = first.get(host.gateway) ?? host;
    first.set(host.gateway, other);
    if (other.authorizer !== host.authorizer)
      fault(
        ["authorizer"],
        host.authorizer,
        `the gateway ${host.gateway} asks ${other.authorizer} already, for ${other.host} at ${placeOfHost(other)}, and can't ask two`,
        `write ${other.authorizer}, or give the host another gateway`,
      );
  }
}
