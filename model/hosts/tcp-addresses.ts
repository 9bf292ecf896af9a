import type { Gateway } from "../environment.ts";
import type { Sound } from "../sound.ts";
import type { ReportFault } from "../source.ts";
import { ipv6Texts } from "../values/ipv6-texts.ts";
import { covers, isVersion6 } from "../values/network.ts";
import { insideOf, isEveryAddress, noHostIn } from "../values/outside.ts";
import type { WrittenHost } from "./hosts.ts";

/** With these, one host's route and policy take some 300 KB, a fifth of what etcd takes as one object. */
const MOST_BEGINNINGS = 4096;

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
  const beginnings = known.reduce((sum, cidr) => sum + beginningsOf(cidr), 0);
  if (beginnings > MOST_BEGINNINGS)
    fault(
      ["addresses"],
      known,
      `these take ${beginnings} beginnings of addresses as text, of which ${MOST_BEGINNINGS} fit one host`,
      "write wider ranges that end at a dot (/24, /16 or /8 take one each), or spread them over several hosts",
    );
  addresses.forEach((cidr, index) => {
    if (cidr === undefined) return;
    const path = ["addresses", index];
    const noHost = noHostIn(cidr);
    if (noHost !== undefined) fault(path, cidr, noHost, "name the addresses that the host has outside");
    else checkReach(cidr, gateway, (why, fix) => fault(path, cidr, why, fix));
  });
}

/** By how many texts a policy tells a range: it compares addresses as text, and a beginning ends at a dot or colon. */
export function beginningsOf(cidr: string): number {
  if (isVersion6(cidr)) return ipv6Texts(cidr)?.length ?? 0;
  const bits = Number(cidr.split("/")[1]);
  return 2 ** (Math.ceil(bits / 8) * 8 - bits);
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
