import { describe, expect, it } from "vitest";
import { internet, nodeNetwork, nodes, podRange, serviceRange } from "../../lab/addresses.ts";
import { overlap } from "../../lab/network/conflicts.ts";

describe("overlapping ranges", () => {
  it.each([
    ["10.0.0.0/8", "10.244.1.0/24", true],
    ["10.244.1.0/24", "10.0.0.0/8", true],
    ["198.18.0.1", "198.18.0.0/15", true],
    ["198.18.0.1", "198.18.0.2", false],
    ["192.0.2.0/24", "192.0.3.0/24", false],
    ["255.255.255.255", "128.0.0.0/1", true],
  ])("%s and %s: %s", (left, right, expected) => {
    expect(overlap(left, right)).toBe(expected);
  });
});

describe("the lab's addresses", () => {
  it("puts every node into the node network, and its pods into the pods' range", () => {
    for (const node of nodes) {
      expect(overlap(node.address, nodeNetwork.subnet)).toBe(true);
      expect(overlap(node.podSubnet, podRange)).toBe(true);
    }
    expect(new Set(nodes.flatMap((node) => [node.name, node.address, node.podSubnet])).size).toBe(
      nodes.length * 3,
    );
  });

  it("keeps its ranges apart", () => {
    const ranges = [nodeNetwork.subnet, podRange, serviceRange, internet.subnet];
    for (const [index, left] of ranges.entries()) {
      for (const right of ranges.slice(index + 1)) expect(overlap(left, right)).toBe(false);
    }
  });
});
