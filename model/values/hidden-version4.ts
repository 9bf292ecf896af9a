import ipaddr from "ipaddr.js";
import { covers, isVersion6, overlap } from "./network.ts";

/** Ranges of IPv6 whose addresses stand for one of IPv4, by the byte at which that begins. */
const HIDING: Readonly<Record<string, number>> = {
  // Compatible (RFC 4291), NAT64 (RFC 6052, RFC 8215) and 6to4 (RFC 3056).
  "::/96": 12,
  "64:ff9b::/96": 12,
  "64:ff9b:1::/48": 12,
  "2002::/16": 2,
};

const BYTE = 8;
const VERSION_4_BITS = 32;

/**
 * The range of IPv4 that one of IPv6 stands for, as a translator or tunnel leads there; undefined where none does.
 *
 * @example
 * hiddenVersion4("64:ff9b::a00:0/104") // "10.0.0.0/8"
 * hiddenVersion4("64::/16") // "0.0.0.0/0": all of NAT64 is in it
 */
export function hiddenVersion4(cidr: string): string | undefined {
  if (!isVersion6(cidr)) return undefined;
  const found = Object.entries(HIDING).find(([range]) => overlap(range, cidr));
  if (found === undefined) return undefined;
  const [range, start] = found;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  if (covers([cidr], range) || bits <= start * BYTE) return "0.0.0.0/0";
  const bytes = address.toByteArray().slice(start, start + VERSION_4_BITS / BYTE);
  return `${bytes.join(".")}/${Math.min(bits - start * BYTE, VERSION_4_BITS)}`;
}
