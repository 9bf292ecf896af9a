import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** The address that is called, without an IPv6 address's brackets; undefined of a name. */
export function addressOf(called: string): string | undefined {
  const bare = called.replace(/^\[(.*)\]$/, "$1");
  return isIP(bare) === 0 ? undefined : bare;
}

/** Tells whether an address that is called lies in some subnets; without any given all that is called does. */
export function liesIn(subnets: readonly string[] | undefined): (called: string) => boolean {
  if (subnets === undefined) return () => true;
  const ranges = subnets.flatMap(rangeOf);
  return (called) => {
    const address = addressOf(called);
    if (address === undefined) return false;
    const parsed = ipaddr.parse(address);
    return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
  };
}

/** One address is a subnet too; what is neither takes nothing. */
function rangeOf(subnet: string): [ipaddr.IPv4 | ipaddr.IPv6, number][] {
  if (ipaddr.isValidCIDR(subnet)) return [ipaddr.parseCIDR(subnet)];
  if (!ipaddr.isValid(subnet)) return [];
  const address = ipaddr.parse(subnet);
  return [[address, address.kind() === "ipv4" ? 32 : 128]];
}
