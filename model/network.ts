import ipaddr from "ipaddr.js";
import { ipv6Texts } from "./ipv6-texts.ts";
import type { Fault } from "./names.ts";

/** What is wrong with a CIDR such as `10.0.0.0/8` or `fd00::/8`, or undefined. Kubernetes takes the canonical form. */
export function cidrFault(cidr: string): Fault | undefined {
  // Plain decimal notation alone; a zone such as %eth0 belongs to one machine.
  if (!/^[0-9a-f:.]+\/(0|[1-9]\d{0,2})$/i.test(cidr) || !ipaddr.isValidCIDR(cidr))
    return { why: "not an address range", fix: "write it as address/bits, such as 10.0.0.0/8 or fd00::/8" };
  const [address] = ipaddr.parseCIDR(cidr);
  if (address instanceof ipaddr.IPv4 && !ipaddr.IPv4.isValidFourPartDecimal(cidr.split("/")[0] ?? ""))
    return { why: "not an address range", fix: "write an IPv4 address as four numbers" };
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return { why: "Kubernetes takes no IPv4 address in an IPv6 range", fix: "write the IPv4 range itself" };
  const canonical = canonicalCidr(cidr);
  return canonical === cidr
    ? undefined
    : { why: "not the range's plain form, which Kubernetes asks for", fix: `write ${canonical}` };
}

/** What is wrong with a range as a TCP host's addresses, or undefined. */
export function hostRangeFault(cidr: string): Fault | undefined {
  const fault = cidrFault(cidr);
  if (fault !== undefined) return fault;
  if (isEveryAddress(cidr))
    return { why: "this is every address", fix: "name the addresses that the host has" };
  if (isVersion6(cidr) && ipv6Texts(cidr) === undefined)
    return {
      why: "this range of IPv6 can't be matched on its way, where addresses are text",
      fix: "name ranges of /48, /64 or /112, or each address, with /128",
    };
  return undefined;
}

/** The range by its first address, in the shortest notation. */
function canonicalCidr(cidr: string): string {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const network =
    address instanceof ipaddr.IPv4
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String();
  return `${network}/${bits}`;
}

/** Whether a range, of either family, leaves nothing out. */
export function isEveryAddress(cidr: string): boolean {
  return cidr.endsWith("/0");
}

/** Whether a range is one address. */
export function isSingleAddress(cidr: string): boolean {
  return cidr.endsWith(isVersion6(cidr) ? "/128" : "/32");
}

/** Whether a range is of IPv6. */
export function isVersion6(cidr: string): boolean {
  return cidr.includes(":");
}

/** Whether two ranges have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [one, two] = [ipaddr.parseCIDR(a), ipaddr.parseCIDR(b)];
  if (one[0].kind() !== two[0].kind()) return false;
  const bits = Math.min(one[1], two[1]);
  return one[0].match(two[0], bits);
}
