import { readFileSync } from "node:fs";

export type Family = "ipv4" | "ipv6";

/** Whether this machine speaks IPv6. The lab then does too, beside IPv4. */
export const hasIpv6 = setting() === "0";

/** The families that the lab speaks. */
export const families: readonly Family[] = hasIpv6 ? ["ipv4", "ipv6"] : ["ipv4"];

/** What the lab has of each family that it speaks, as Kubernetes writes it. */
export function dualStack(values: Readonly<Record<Family, string>>): string {
  return families.map((family) => values[family]).join(",");
}

function setting(): string | undefined {
  try {
    return readFileSync("/proc/sys/net/ipv6/conf/all/disable_ipv6", "utf8").trim();
  } catch {
    // A kernel without IPv6 has no such file.
    return undefined;
  }
}
