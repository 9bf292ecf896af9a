import ipaddr from "ipaddr.js";
import { ipv6Texts } from "./ipv6-texts.ts";
import type { Fault } from "./names.ts";

/** What is wrong with a CIDR such as `10.0.0.0/8` or `fd00::/8`, or undefined. Kubernetes takes the canonical form. */
export function cidrFault(cidr: string): Fault | undefined {
  // Plain decimal notation alone; a zone such as %eth0 belongs to one machine.
  if (isPlainAddress(cidr))
    return { why: "an address without its bits", fix: `write ${cidr}/${isVersion6(cidr) ? 128 : 32}` };
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

function isPlainAddress(text: string): boolean {
  if (text.includes("%") || !ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv4
    ? text === address.toString()
    : text === address.toRFC5952String() && !address.isIPv4MappedAddress();
}

/** What is wrong with a range as a TCP host's addresses, or undefined. */
export function hostRangeFault(cidr: string): Fault | undefined {
  const fault = cidrFault(cidr);
  // What is written in another form is told at once of all that is wrong with it.
  const range = fault !== undefined && ipaddr.isValidCIDR(cidr) ? canonicalCidr(cidr) : cidr;
  if (fault !== undefined && cidrFault(range) !== undefined) return fault;
  if (range.endsWith("/0"))
    return { why: "this is every address", fix: "name the addresses that the host has" };
  if (isVersion6(range) && ipv6Texts(range) === undefined)
    return {
      why: "this range of IPv6 can't be matched on its way, where addresses are text, and :: hides how many zeros it stands for",
      fix: `name narrower ranges, such as ${narrower(range)}, or each address, with /128`,
    };
  return fault;
}

/** The widest range with the same first address that can be matched. */
function narrower(cidr: string): string {
  const [address = "", bits] = cidr.split("/");
  for (let more = Number(bits) + 1; more < 128; more++)
    if (ipv6Texts(`${address}/${more}`) !== undefined) return `${address}/${more}`;
  return `${address}/128`;
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

/**
 * Whether ranges leave nothing of another out, be it together.
 *
 * @example
 * covers(["10.0.0.0/9", "10.128.0.0/9"], "10.0.0.0/8") // true
 */
export function covers(ranges: readonly string[], cidr: string): boolean {
  return coversRange(
    ranges.map((range) => ipaddr.parseCIDR(range)),
    ipaddr.parseCIDR(cidr),
  );
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;

function coversRange(ranges: readonly Range[], cidr: Range): boolean {
  const [address, bits] = cidr;
  const near = ranges.filter(
    (other) => other[0].kind() === address.kind() && address.match(other[0], Math.min(bits, other[1])),
  );
  if (near.some((other) => other[1] <= bits)) return true;
  return near.length > 0 && halvesOf(cidr).every((half) => coversRange(near, half));
}

function halvesOf([address, bits]: Range): Range[] {
  const upper = address.toByteArray();
  const byte = Math.floor(bits / 8);
  upper[byte] = (upper[byte] ?? 0) | (0x80 >> (bits % 8));
  return [
    [address, bits + 1],
    [ipaddr.fromByteArray(upper), bits + 1],
  ];
}
