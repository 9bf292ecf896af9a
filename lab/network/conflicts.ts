import { nodeNetwork } from "../addresses.ts";
import { LabError } from "../errors.ts";
import { runCommand } from "../process/command.ts";
import { machineLink } from "./topology.ts";

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Refuses to start where this machine already knows a way to the hub's address, other than its default route. The
 * lab's other addresses exist in its own namespaces only, and cannot meet the machine's.
 */
export async function refuseUsedAddresses(): Promise<void> {
  const routes = JSON.parse(
    (await runCommand("ip", ["-json", "-4", "route", "show", "table", "all"])) || "[]",
  ) as {
    dst: string;
    dev?: string;
  }[];
  for (const route of routes) {
    if (route.dst === "default" || route.dev === machineLink) continue;
    if (overlap(nodeNetwork.hub, route.dst)) {
      throw new LabError(
        "the lab's addresses are in use",
        `this machine has a route to ${route.dst}${route.dev ? ` by ${route.dev}` : ""}, and the lab needs ${nodeNetwork.hub}`,
        "run the lab on another machine, or use a cluster that you have: --provider kind, or --context NAME",
      );
    }
  }
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
