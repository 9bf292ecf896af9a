import ipaddr from "ipaddr.js";
import type { DeclaredHost } from "../model/environment.ts";
import { parentsOf } from "../model/hosts/wildcards.ts";
import type { Call } from "./call.ts";

/** The declared hosts that a call may be for: of its own name or address, then the wildcards over it, nearest first. */
export function hostsOf(declared: readonly DeclaredHost[], { host, port }: Call): DeclaredHost[] {
  const onPort = declared.filter((one) => one.port === port);
  const names = [host, ...parentsOf(host).map((suffix) => `*${suffix}`)];
  return [
    ...names.flatMap((name) => onPort.filter((one) => one.host === name)),
    ...onPort.filter(({ addresses = [] }) => addresses.some((range) => isIn(range, host))),
  ];
}

/**
 * What a name is called by that was declared with addresses: the first of them, as all of a host's have the same rules.
 *
 * @returns undefined where the name has no address in the declaration
 */
export function addressOf(declared: readonly DeclaredHost[], { host, port }: Pick<Call, "host" | "port">) {
  const [range] = declared.find((one) => one.host === host && one.port === port)?.addresses ?? [];
  return range && ipaddr.parseCIDR(range)[0].toString();
}

function isIn(range: string, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const [parsed, [network, bits]] = [ipaddr.parse(address), ipaddr.parseCIDR(range)];
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}
