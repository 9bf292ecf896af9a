import { describe, expect, it } from "vitest";
import { nodes } from "../../lab/addresses.ts";
import { firewallRules, parseDrops } from "../../lab/network/firewall.ts";

const pool = (name: "application" | "egress") => nodes.filter((node) => node.pool === name);

describe("the lab's firewall", () => {
  describe.each([
    ["ipv4", "address", 32],
    ["ipv6", "address6", 128],
  ] as const)("in %s", (family, address, bits) => {
    it("lets everything out when open", () => {
      expect(firewallRules("open", family).filter((rule) => rule.includes("DROP"))).toEqual([]);
    });

    it("lets only gateway nodes out when closed, and counts each refused source by itself", () => {
      const rules = firewallRules("gateway-nodes", family);
      for (const node of pool("egress"))
        expect(rules).toContain(`-A SALLYPORT-FIREWALL -s ${node[address]}/${bits} -j RETURN`);
      for (const node of pool("application"))
        expect(rules).toContain(`-A SALLYPORT-FIREWALL -s ${node[address]}/${bits} -j DROP`);
      expect(rules.filter((rule) => rule.startsWith("-A SALLYPORT-FIREWALL")).at(-1)).toBe(
        "-A SALLYPORT-FIREWALL -j DROP",
      );
    });
  });

  it("reads the counters of refused packets, of both families together", () => {
    const [application] = pool("application");
    const lines = [
      "-N SALLYPORT-FIREWALL",
      "-A SALLYPORT-FIREWALL -s 198.18.0.21/32 -c 7 420 -j RETURN",
      `-A SALLYPORT-FIREWALL -s ${application?.address}/32 -c 12 720 -j DROP`,
      "-A SALLYPORT-FIREWALL -s 198.18.0.99/32 -c 1 60 -j DROP",
      "-A SALLYPORT-FIREWALL -c 0 0 -j DROP",
      `-A SALLYPORT-FIREWALL -s ${application?.address6}/128 -c 3 240 -j DROP`,
      "-A SALLYPORT-FIREWALL -c 2 160 -j DROP",
    ];
    expect(parseDrops(lines)).toEqual([
      { source: application?.name, packets: 15 },
      { source: "198.18.0.99", packets: 1 },
      { source: "any other", packets: 2 },
    ]);
  });
});
