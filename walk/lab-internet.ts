import { internet } from "../lab/addresses.ts";
import { firewallDrops, setFirewall } from "../lab/network/firewall.ts";
import { hasIpv6 } from "../lab/network/ipv6.ts";
import type { LabInternet } from "./walk.ts";

/** The running lab's internet and its firewall. */
export const labInternet: LabInternet = {
  address: internet.web,
  ...(hasIpv6 ? { address6: internet.web6 } : {}),
  setFirewall,
  drops: async () => (await firewallDrops()).reduce((sum, { packets }) => sum + packets, 0),
};
