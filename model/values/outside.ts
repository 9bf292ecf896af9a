import { hiddenVersion4 } from "./hidden-version4.ts";
import { covers, overlap } from "./network.ts";

/** By family: ranges that are not the outside, which a gateway calls only if it is told to. */
export const NOT_OUTSIDE: Readonly<Record<"0.0.0.0/0" | "::/0", readonly string[]>> = {
  // Private, shared, loopback, link-local with the clouds' metadata, multicast, reserved.
  "0.0.0.0/0": [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
  ],
  // IPv4 in IPv6 clothes (compatible, NAT64, Teredo, 6to4) would lead round the ranges above.
  "::/0": [
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
  ],
};

/**
 * The clouds' metadata services, whose answers are credentials (AWS with its container's agents, Google, Azure and most
 * others at the first; Alibaba Cloud), as such and behind NAT64. A wider range does not mean them: who wants them names
 * them.
 */
export const METADATA: readonly string[] = [
  "169.254.169.254/32",
  "169.254.170.2/32",
  "169.254.170.23/32",
  "100.100.100.200/32",
  "64:ff9b::a9fe:a9fe/128",
  "64:ff9b::a9fe:aa02/128",
  "64:ff9b::a9fe:aa17/128",
  "64:ff9b::6464:64c8/128",
  "fd00:ec2::/32",
  "fd20:ce::254/128",
];

/** What no host has, whatever a gateway is told. */
const NO_HOSTS: Readonly<Record<string, string>> = {
  "0.0.0.0/8": "stands for no host",
  "127.0.0.0/8": "is loopback, the gateway's own pod",
  "169.254.0.0/16": "is link-local, with the clouds' metadata service",
  "100.100.100.200/32": "is Alibaba Cloud's metadata service",
  "224.0.0.0/4": "is multicast",
  "240.0.0.0/4": "is reserved",
  "::/128": "stands for no host",
  "::1/128": "is loopback, the gateway's own pod",
  "fe80::/10": "is link-local",
  "ff00::/8": "is multicast",
  "fd00:ec2::/32": "is AWS's own, with its metadata service",
  "fd20:ce::254/128": "is Google Cloud's metadata service",
};

/** Whether ranges, be it together, leave no address outside out, of either family. */
export function isEveryAddress(ranges: readonly string[]): boolean {
  return Object.entries(NOT_OUTSIDE).some(([all, inside]) => covers([...ranges, ...inside], all));
}

/**
 * What of a range can be no host's; undefined if nothing.
 *
 * @example
 * noHostIn("127.0.0.1/32") // "127.0.0.0/8 is loopback, the gateway's own pod"
 * noHostIn("64:ff9b::7f00:1/128") // "it stands for 127.0.0.1/32, and 127.0.0.0/8 is loopback, the gateway's own pod"
 */
export function noHostIn(cidr: string): string | undefined {
  const found = Object.entries(NO_HOSTS).find(([range]) => overlap(range, cidr));
  if (found !== undefined) return found.join(" ");
  const hidden = hiddenVersion4(cidr);
  const behind = hidden && noHostIn(hidden);
  return behind && `it stands for ${hidden}, and ${behind}`;
}

/** What of a range is not outside, each as the smaller of two ranges that overlap. */
export function insideOf(cidr: string): string[] {
  return Object.values(NOT_OUTSIDE)
    .flat()
    .filter((range) => overlap(range, cidr))
    .map((range) => (covers([range], cidr) ? cidr : range));
}
