import { nodeNetwork } from "../addresses.ts";
import { LabError } from "../errors.ts";
import { runCommand } from "../process/command.ts";
import { machineLink } from "./topology.ts";

interface Range {
  readonly first: number;
  readonly last: number;
}

/** What `ip -json route` tells of a route, as far as it is read. */
interface Route {
  readonly dst: string;
  readonly dev?: string;
  /** `local` where the destination is an address of this machine. */
  readonly type?: string;
}

/**
 * Refuses to start where this machine already has the lab's address on it or knows a way to the hub's, other than its
 * default route. The lab's other addresses exist in its own namespaces only, and cannot meet the machine's.
 */
export async function refuseUsedAddresses(): Promise<void> {
  const conflict = findConflict(await runCommand("ip", ["-json", "-4", "route", "show", "table", "all"]));
  if (conflict === undefined) return;
  throw new LabError(
    "the lab's addresses are in use",
    conflict,
    "run the lab on another machine, or use a cluster that you have: --provider kind, or --context NAME",
  );
}

/** What keeps the lab from its addresses on this machine, by what `ip -json route show table all` printed. */
export function findConflict(printed: string): string | undefined {
  const routes = JSON.parse(printed || "[]") as Route[];
  for (const { dst, dev, type } of routes) {
    if (dst === "default" || dev === machineLink) continue;
    const needed = [nodeNetwork.hub, nodeNetwork.machine].find((address) => overlap(address, dst));
    if (needed === undefined) continue;
    const what = type === "local" ? "the address" : "a route to";
    return `this machine has ${what} ${dst}${dev ? ` on ${dev}` : ""}, and the lab needs ${needed}`;
  }
  return undefined;
}

/** Whether two IPv4 ranges such as 10.0.0.0/8 have an address in common. A bare address is a range of one. */
export function overlap(left: string, right: string): boolean {
  const [a, b] = [parse(left), parse(right)];
  return a.first <= b.last && b.first <= a.last;
}

function parse(text: string): Range {
  const [address = "", prefix = "32"] = text.split("/");
  const size = 2 ** (32 - Number(prefix));
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = value - (value % size);
  return { first, last: first + size - 1 };
}
