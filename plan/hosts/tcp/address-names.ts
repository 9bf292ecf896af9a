import ipaddr from "ipaddr.js";
import { ipv6Texts } from "../../../model/values/ipv6-texts.ts";
import { isVersion6 } from "../../../model/values/network.ts";

/**
 * The names on the hop that stand for a range's addresses, in the form of Istio's string matches: a policy compares
 * names, not addresses, so a range becomes prefixes that end at a dot or colon, at most 128 of them.
 *
 * @param cidr a range that declarations may have
 * @example
 * namesOfRange("198.51.100.20/32") // ["198.51.100.20"]
 * namesOfRange("198.51.100.0/23") // ["198.51.100.*", "198.51.101.*"]
 * namesOfRange("2001:db8:5::/48") // ["2001:db8:5:*"]
 */
export function namesOfRange(cidr: string): string[] {
  // What has no such names is refused where declarations are checked.
  if (isVersion6(cidr)) return ipv6Texts(cidr) ?? [];
  const [address, bits] = ipaddr.IPv4.parseCIDR(cidr);
  const { octets } = address;
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
