import { runCommand } from "../process/command.ts";
import type { Family } from "./ipv6.ts";

const PROGRAMS: Readonly<Record<Family, string>> = { ipv4: "iptables", ipv6: "ip6tables" };

/**
 * Adds rules for the packets of a family to a network namespace; what is there stays.
 *
 * @param rules a line each; a table's name before its rules, such as `*nat`, and COMMIT after them
 */
export async function addPacketRules(
  namespace: string,
  family: Family,
  rules: readonly string[],
): Promise<void> {
  await runCommand(`${PROGRAMS[family]}-restore`, ["--noflush"], {
    namespace,
    input: `${rules.join("\n")}\n`,
  });
}

/** The rules of a chain with their counters, a line each. */
export async function packetRules(namespace: string, family: Family, chain: string): Promise<string[]> {
  const args = ["--wait", "5", "--list-rules", chain, "--verbose"];
  return (await runCommand(PROGRAMS[family], args, { namespace })).trim().split("\n");
}
