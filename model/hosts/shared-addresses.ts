import ipaddr from "ipaddr.js";
import { placeOfHost, type SoundHost } from "./sound-host.ts";

/** A range that a host declares, in a form that sorts. */
interface Held {
  readonly one: SoundHost;
  readonly cidr: string;
  readonly range: ReturnType<typeof ipaddr.parseCIDR>;
  readonly start: string;
}

/**
 * Finds TCP hosts that have an address in common at one gateway and port, whoever may call them: the gateway knows such
 * a call by its address alone, so that the rules and the route of either would be the other's. Each fault is of the one
 * declared later, and names the other; of all that hold a range it is the narrowest, so that this stays linear.
 */
export function findSharedAddresses(hosts: readonly SoundHost[]): void {
  const places = new Map(hosts.map((one, place) => [one, place]));
  const isLater = (a: SoundHost, b: SoundHost) => (places.get(a) ?? 0) > (places.get(b) ?? 0);
  const tcp = hosts.filter(({ host }) => host.mode === "tcp" && host.addresses !== undefined);
  for (const together of Map.groupBy(tcp, ({ host }) => `${host.gateway} ${host.port}`).values()) {
    const told = new Set<string>();
    for (const [inner, outer] of nestedIn(together)) {
      const [later, earlier] = isLater(inner.one, outer.one) ? [inner, outer] : [outer, inner];
      const pair = `${places.get(later.one)} ${places.get(earlier.one)}`;
      if (told.has(pair)) continue;
      told.add(pair);
      const { host, fault } = later.one;
      fault(
        ["host"],
        host.host,
        `at the gateway ${host.gateway} another TCP host on port ${host.port} has ${inner.cidr} too: ${earlier.one.host.host} at ${placeOfHost(earlier.one.host)}`,
        "give each host its own addresses",
      );
    }
  }
}

/** Each range with the narrowest one of another host that holds it: of two ranges, one holds the other or they are apart. */
function nestedIn(hosts: readonly SoundHost[]): [inner: Held, outer: Held][] {
  const ranges = hosts.flatMap((one) => (one.host.addresses ?? []).map((cidr) => heldBy(one, cidr)));
  ranges.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.range[1] - b.range[1]));
  const around: Held[] = [];
  return ranges.flatMap((inner): [Held, Held][] => {
    for (let last = around.at(-1); last !== undefined && !holds(last, inner); last = around.at(-1))
      around.pop();
    const outer = around.findLast(({ one }) => one !== inner.one);
    around.push(inner);
    return outer === undefined ? [] : [[inner, outer]];
  });
}

function heldBy(one: SoundHost, cidr: string): Held {
  const range = ipaddr.parseCIDR(cidr);
  const bytes = range[0].toByteArray().map((byte) => byte.toString(16).padStart(2, "0"));
  return { one, cidr, range, start: `${range[0].kind()} ${bytes.join("")}` };
}

function holds({ range: outer }: Held, { range: inner }: Held): boolean {
  return outer[0].kind() === inner[0].kind() && outer[1] <= inner[1] && inner[0].match(outer);
}
