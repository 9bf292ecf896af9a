import { BlockList, isIP } from "node:net";
import type { Fault } from "./names.ts";

/** What is wrong with a CIDR such as `10.0.0.0/8` or `fd00::/8`, or undefined. */
export function cidrFault(cidr: string): Fault | undefined {
  const [address = "", prefix = "", ...rest] = cidr.split("/");
  const family = isIP(address);
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  const valid = rest.length === 0 && family !== 0 && bits >= 0 && bits <= (family === 4 ? 32 : 128);
  return valid
    ? undefined
    : { why: "not an address range", fix: "write it as address/bits, such as 10.0.0.0/8 or fd00::/8" };
}

/** 4 or 6. */
export function cidrFamily(cidr: string): 4 | 6 {
  return cidr.includes(":") ? 6 : 4;
}

/** Whether `inner` lies wholly inside `outer`. */
export function cidrContains(outer: string, inner: string): boolean {
  if (cidrFamily(outer) !== cidrFamily(inner)) return false;
  const [address = "", bits = ""] = outer.split("/");
  const [innerAddress = "", innerBits = ""] = inner.split("/");
  const family = cidrFamily(outer) === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return Number(innerBits) >= Number(bits) && block.check(innerAddress, family);
}
