/** What the lab's name server needs to know. */
export interface NameServer {
  /** Address to listen on. */
  readonly address: string;
  /** Every host that exists. */
  readonly hosts: readonly string[];
  /** Addresses of every host. */
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Seconds for which answers may be kept: few, so that tests see changes. */
const timeToLive = 30;

/** One zone for the whole of the world's names: a host is in it or does not exist (NXDOMAIN). */
export function zone({ hosts, address, ipv4, ipv6 }: NameServer): string {
  const records = hosts.flatMap((host) => [`${host}. IN A ${ipv4}`, `${host}. IN AAAA ${ipv6}`]);
  return [
    `$TTL ${timeToLive}`,
    `. IN SOA ns.lab.invalid. hostmaster.lab.invalid. 1 3600 600 86400 ${timeToLive}`,
    ". IN NS ns.lab.invalid.",
    `ns.lab.invalid. IN A ${address}`,
    ...records,
    "",
  ].join("\n");
}

/** CoreDNS's configuration: answers from the zone file with authority, and logs each question. */
export function corefile(server: NameServer, zoneFile: string): string {
  return `.:53 {
  bind ${server.address}
  file ${zoneFile} .
  log
  errors
}
`;
}
