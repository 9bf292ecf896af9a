import type { Gateway } from "../environment.ts";
import type { Sound } from "../sound.ts";
import type { ReportFault } from "../source.ts";
import { covers } from "../values/network.ts";
import { insideOf, isEveryAddress, noHostIn } from "../values/outside.ts";
import type { WrittenHost } from "./hosts.ts";

/**
 * Whether a gateway gets to the addresses of a TCP host.
 *
 * @param gateway undefined where it can't be told
 */
export function checkAddresses(
  { mode, addresses }: WrittenHost,
  gateway: Sound<Gateway> | undefined,
  fault: ReportFault,
): void {
  if (mode !== "tcp" || addresses === undefined) return;
  const known = addresses.filter((cidr) => cidr !== undefined);
  if (isEveryAddress(known)) {
    fault(["addresses"], known, "together these are every address", "name the addresses that the host has");
    return;
  }
  addresses.forEach((cidr, index) => {
    if (cidr === undefined) return;
    const path = ["addresses", index];
    const noHost = noHostIn(cidr);
    if (noHost !== undefined) fault(path, cidr, noHost, "name the addresses that the host has outside");
    else checkReach(cidr, gateway, (why, fix) => fault(path, cidr, why, fix));
  });
}

/** What is not outside is open only where the gateway says so. */
function checkReach(
  cidr: string,
  gateway: Sound<Gateway> | undefined,
  fault: (why: string, fix: string) => void,
): void {
  const open = gateway?.reachPrivate?.filter((range) => range !== undefined);
  // A range that is at fault may be the one that is meant.
  if (open === undefined || open.length !== gateway?.reachPrivate?.length) return;
  const closed = insideOf(cidr).filter((range) => !covers(open, range));
  if (closed.length === 0) return;
  const ranges = closed.join(", ");
  const what = ranges === cidr ? "this is" : `${ranges} in it ${closed.length === 1 ? "is" : "are"}`;
  fault(
    `${what} not outside, and the gateway's NetworkPolicy drops what goes there`,
    open.length === 0
      ? `write reachPrivate: [${closed.map(quoted).join(", ")}] at the gateway ${gateway.name}, or the host's addresses outside`
      : `add ${ranges} to reachPrivate of the gateway ${gateway.name}, or write the host's addresses outside`,
  );
}

/** In a YAML list an address of IPv6 is quoted: some begin or end with a colon. */
function quoted(cidr: string): string {
  return cidr.includes(":") ? `"${cidr}"` : cidr;
}
