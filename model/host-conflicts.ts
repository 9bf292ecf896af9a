import { namespacesOf } from "./callers.ts";
import type { DeclaredHost } from "./environment.ts";
import { isWildcard, settingsOf } from "./host-settings.ts";
import { overlap } from "./network.ts";
import { PROTOCOLS } from "./protocols.ts";
import type { ReportFault } from "./source.ts";
import { parentsOf } from "./wildcards.ts";

/** A host that is sound by itself, and how a fault of it is told. */
export interface SoundHost {
  readonly host: DeclaredHost;
  readonly fault: ReportFault;
}

/** Finds hosts that can't be declared together; each fault names the other declaration. */
export function findConflicts(hosts: readonly SoundHost[]): void {
  findCovered(hosts);
  findOnOnePort(hosts);
  findAuthorizers(hosts);
}

/** A wildcard's callers would reach another team's host without that team's word. */
function findCovered(hosts: readonly SoundHost[]): void {
  const wildcards = new Map<string, SoundHost[]>();
  for (const one of hosts)
    if (isWildcard(one.host)) {
      const key = `${one.host.host.slice(1)} ${one.host.port}`;
      wildcards.set(key, [...(wildcards.get(key) ?? []), one]);
    }
  if (wildcards.size === 0) return;
  for (const covered of hosts) {
    const { host, port, owner } = covered.host;
    for (const suffix of parentsOf(host))
      for (const { host: wildcard, fault } of wildcards.get(`${suffix} ${port}`) ?? [])
        if (wildcard.owner !== owner)
          fault(
            ["host"],
            wildcard.host,
            `covers ${host}:${port}, declared at ${placeOf(covered.host)} by ${owner}`,
            `declare each host by its own name, or let one team own both`,
          );
        else if (wildcard.gateway === covered.host.gateway && !alike(wildcard, covered.host))
          fault(
            ["host"],
            wildcard.host,
            `covers ${host}:${port} at ${placeOf(covered.host)}, whose mode or settings its callers would get`,
            "declare the two alike, on different ports, or behind different gateways",
          );
  }
}

function alike(a: DeclaredHost, b: DeclaredHost): boolean {
  return a.mode === b.mode && JSON.stringify(settingsOf(a)) === JSON.stringify(settingsOf(b));
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
        const where = `${rival.host.host} at ${placeOf(rival.host)}`;
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
  const shared = a.addresses.find((range) => b.addresses?.some((other) => overlap(range, other)));
  return shared === undefined
    ? undefined
    : [`another TCP host on port ${a.port} has ${shared} too`, "give each host its own addresses"];
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
        `the gateway ${host.gateway} asks ${other.authorizer} already, for ${other.host} at ${placeOf(other)}, and can't ask two`,
        `write ${other.authorizer}, or give the host another gateway`,
      );
  }
}

function placeOf({ at: { file, line, column } }: DeclaredHost): string {
  return `${file}:${line}:${column}`;
}
