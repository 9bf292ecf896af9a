import ipaddr from "ipaddr.js";

/**
 * The names on the hop that stand for a range's addresses, in the form of Istio's string matches: a policy compares
 * names, not addresses, so an IPv4 range becomes prefixes that end at a dot, at most 128 of them.
 *
 * @param cidr an IPv4 range, or one IPv6 address as a range
 * @example
 * namesOfRange("198.51.100.20/32") // ["198.51.100.20"]
 * namesOfRange("198.51.100.0/23") // ["198.51.100.*", "198.51.101.*"]
 */
export function namesOfRange(cidr: string): string[] {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  if (!(address instanceof ipaddr.IPv4)) return [(address as ipaddr.IPv6).toRFC5952String()];
  const octets = address.octets;
  const whole = Math.ceil(bits / 8);
  if (whole === 4) return enumerate(octets, bits).map((found) => found.join("."));
  return enumerate(octets.slice(0, whole), bits).map((found) => `${found.join(".")}.*`);
}

/** The octets that a range's last octet counts through. */
function enumerate(octets: readonly number[], bits: number): number[][] {
  const first = octets.slice(0, -1);
  const last = octets.at(-1) ?? 0;
  const count = 2 ** (octets.length * 8 - bits);
  return Array.from({ length: count }, (_, index) => [...first, last + index]);
}
