import type { Host } from "./hosts.ts";

/** Seconds for which answers may be kept: few, so that tests see changes. */
const timeToLive = 30;

/**
 * One zone for the whole of the world's names: a host is in it or does not exist (NXDOMAIN). `address` is the name
 * server's own.
 */
export function zone(hosts: readonly Host[], address: string): string {
  const records = hosts.flatMap(({ name, ipv4, ipv6 }) => [
    ...(ipv4 === undefined ? [] : [`${name}. IN A ${ipv4}`]),
    ...(ipv6 === undefined ? [] : [`${name}. IN AAAA ${ipv6}`]),
  ]);
  return [
    `$TTL ${timeToLive}`,
    `. IN SOA ns.lab.invalid. hostmaster.lab.invalid. 1 3600 600 86400 ${timeToLive}`,
    ". IN NS ns.lab.invalid.",
    `ns.lab.invalid. IN A ${address}`,
    ...records,
    "",
  ].join("\n");
}

/** CoreDNS's configuration: answers from the zone file with authority on its own address, and logs each question. */
export function corefile(address: string, zoneFile: string): string {
  return `.:53 {
  bind ${address}
  file ${zoneFile} .
  log
  errors
}
`;
}
