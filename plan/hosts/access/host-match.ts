import type { Host } from "../../../model/environment.ts";
import { PROTOCOLS, type Protocol } from "../../../model/values/protocols.ts";
import type { Json } from "../../manifest.ts";
import { authoritiesOf } from "../http/authority.ts";
import { connectName, destinationsOf } from "../tcp/destinations.ts";

/** By what a policy recognises hosts on their way through the gateway. */
interface HostMatch {
  readonly operation: Readonly<Record<string, Json>>;
  readonly when: readonly Json[];
}

const MATCHES: Readonly<Record<Protocol, (hosts: readonly Host[]) => HostMatch>> = {
  http: (hosts) => ({ operation: { hosts: authoritiesOf(hosts) }, when: [] }),
  tls: (hosts) => ({
    operation: {},
    when: [{ key: "connection.sni", values: hosts.map(({ host }) => host) }],
  }),
  tcp: (hosts) => ({ operation: { hosts: hosts.flatMap(connects), methods: ["CONNECT"] }, when: [] }),
};

/** @param hosts at least one, all of one protocol */
export function matchOf(hosts: readonly [Host, ...Host[]]): HostMatch {
  return MATCHES[PROTOCOLS[hosts[0].mode]](hosts);
}

/** Hosts by what a policy recognises them by: a port, and its protocol. */
export function perListener(hosts: readonly Host[]): [Host, ...Host[]][] {
  return [...Map.groupBy(hosts, ({ mode, port }) => `${PROTOCOLS[mode]} ${port}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...rest]]) => (first === undefined ? [] : [[first, ...rest]]));
}

function connects(host: Host): string[] {
  return destinationsOf(host).map((name) => connectName(name, host.port));
}
