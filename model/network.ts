import { isIP } from "node:net";
import type { Fault } from "./names.ts";

/** What is wrong with a CIDR such as `10.0.0.0/8` or `fd00::/8`, or undefined. */
export function cidrFault(cidr: string): Fault | undefined {
  const [address = "", prefix = "", ...rest] = cidr.split("/");
  // A zone such as %eth0 belongs to one machine; Kubernetes takes none.
  const family = address.includes("%") ? 0 : isIP(address);
  const bits = /^(0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : Number.NaN;
  const valid = rest.length === 0 && family !== 0 && bits >= 0 && bits <= (family === 4 ? 32 : 128);
  return valid
    ? undefined
    : { why: "not an address range", fix: "write it as address/bits, such as 10.0.0.0/8 or fd00::/8" };
}

/** Whether a range, of either family, leaves nothing out. */
export function isEveryAddress(cidr: string): boolean {
  return cidr.endsWith("/0");
}
