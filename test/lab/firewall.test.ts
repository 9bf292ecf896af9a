import { describe, expect, it } from "vitest";
import { nodes } from "../../lab/addresses.ts";
import { firewallRules, parseDrops } from "../../lab/network/firewall.ts";

const pool = (name: "application" | "egress") => nodes.filter((node) => node.pool === name);

describe("the lab's firewall", () => {
  it("lets everything out when open", () => {
    expect(firewallRules("open")).not.toContain("DROP");
  });

  it("lets only gateway nodes out when closed, and counts each refused source by itself", () => {
    const rules = firewallRules("gateway-nodes").split("\n");
    for (const node of pool("egress"))
      expect(rules).toContain(`-A SALLYPORT-FIREWALL -s ${node.address}/32 -j RETURN`);
    for (const node of pool("application")) {
      expect(rules).toContain(`-A SALLYPORT-FIREWALL -s ${node.address}/32 -j DROP`);
    }
    expect(rules.filter((rule) => rule.startsWith("-A SALLYPORT-FIREWALL")).at(-1)).toBe(
      "-A SALLYPORT-FIREWALL -j DROP",
    );
  });

  it("reads the counters of refused packets", () => {
    const [application] = pool("application");
    const lines = [
      "-N SALLYPORT-FIREWALL",
      "-A SALLYPORT-FIREWALL -s 198.18.0.21/32 -c 7 420 -j RETURN",
      `-A SALLYPORT-FIREWALL -s ${application?.address}/32 -c 12 720 -j DROP`,
      "-A SALLYPORT-FIREWALL -c 0 0 -j DROP",
    ];
    expect(parseDrops(lines)).toEqual([
      { source: application?.name, packets: 12 },
      { source: "any other", packets: 0 },
    ]);
  });
});
