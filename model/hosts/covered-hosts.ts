import type { DeclaredHost } from "../environment.ts";
import { formatPosition } from "../problem.ts";
import { concerns, coversRule } from "../rules/cover.ts";
import { isWildcard, settingsOf } from "./settings.ts";
import { placeOfHost, type SoundHost } from "./sound-host.ts";
import { parentsOf } from "./wildcards.ts";

/**
 * Finds wildcards and hosts under them that can't be declared together. At one gateway the rules of both hold for the
 * host, by policy; its routes are one of the two's alone.
 */
export function findCovered(hosts: readonly SoundHost[]): void {
  const wildcards = Map.groupBy(
    hosts.filter(({ host }) => isWildcard(host)),
    ({ host: { host, port } }) => `${host.slice(1)} ${port}`,
  );
  if (wildcards.size === 0) return;
  for (const covered of hosts)
    for (const suffix of parentsOf(covered.host.host))
      for (const wildcard of wildcards.get(`${suffix} ${covered.host.port}`) ?? [])
        if (wildcard.host.owner !== covered.host.owner) tellOwners(wildcard, covered.host);
        else if (wildcard.host.gateway !== covered.host.gateway) {
          tellUnasked(wildcard, covered.host);
          tellUnasked(covered, wildcard.host);
        } else {
          tellDifference(wildcard, covered.host);
          tellNotFound(wildcard, covered);
        }
}

/** A wildcard's callers would reach another team's host without that team's word. */
function tellOwners({ host: wildcard, fault }: SoundHost, covered: DeclaredHost): void {
  fault(
    ["host"],
    wildcard.host,
    `covers ${nameOf(covered)}, declared at ${placeOfHost(covered)} by ${covered.owner}`,
    `declare each host by its own name, or let one team own both`,
  );
}

function tellDifference({ host: wildcard, fault }: SoundHost, covered: DeclaredHost): void {
  const settings = (host: DeclaredHost) => JSON.stringify([host.mode, settingsOf(host)]);
  if (settings(wildcard) === settings(covered)) return;
  fault(
    ["host"],
    wildcard.host,
    `covers ${nameOf(covered)} at ${placeOfHost(covered)}, whose mode or settings its callers would get`,
    "declare the two alike, on different ports, or behind different gateways",
  );
}

/**
 * Where paths are not found, policy lets every request of the callers through, and the routes tell them apart: those of
 * a name that has callers of its own, else the wildcard's.
 */
function tellNotFound(wildcard: SoundHost, covered: SoundHost): void {
  if (answersHold(wildcard.host, covered.host)) return;
  const [one, other] =
    covered.host.refuse === "not-found" ? [covered, wildcard.host] : [wildcard, covered.host];
  one.fault(
    ["refuse"],
    one.host.refuse,
    `routes answer 404, and ${covered.host.host} has those of one declaration: beside ${nameOf(other)} at ${placeOfHost(other)} what the two allow would not add up`,
    "write refuse: forbidden for both, or refuse: not-found and the same allow for both",
  );
}

/** Whether what a wildcard's callers ask of a name under it is answered as the rules of both say. */
function answersHold(wildcard: DeclaredHost, covered: DeclaredHost): boolean {
  if (wildcard.allow.length === 0) return true;
  if (covered.allow.length === 0) return wildcard.refuse === "not-found" || covered.refuse === "forbidden";
  if (wildcard.refuse !== covered.refuse) return false;
  const keys = ({ allow }: DeclaredHost) => allow.map(({ key }) => key).join();
  return covered.refuse === "forbidden" || keys(wildcard) === keys(covered);
}

/** What stands in the way at the one's gateway is not asked at the other's, which lets its own callers in. */
function tellUnasked({ host, fault }: SoundHost, open: DeclaredHost): void {
  const there = `${nameOf(open)} at ${placeOfHost(open)} is behind the gateway ${open.gateway}`;
  const unasked = host.deny.filter(
    (denied) =>
      !denied.audit &&
      open.allow.some((allowed) => concerns(denied, allowed)) &&
      !open.deny.some((other) => !other.audit && coversRule(other, denied)),
  );
  for (const { key } of unasked) {
    const denial = formatPosition(host.ruleAt(key) ?? host.at);
    fault(
      ["deny"],
      undefined,
      `${there}, which does not ask the denial at ${denial} and lets in whom it is for`,
      `put the two behind one gateway, or write the denial at ${open.host} too`,
    );
  }
  if (host.authorizer !== undefined && host.authorizer !== open.authorizer && open.allow.length > 0)
    fault(
      ["authorizer"],
      host.authorizer,
      `${there}, which does not ask it`,
      `put the two behind one gateway, or name it at ${open.host} too`,
    );
}

function nameOf({ host, port }: DeclaredHost): string {
  return `${host}:${port}`;
}
