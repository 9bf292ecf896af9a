import { describe, expect, it } from "vitest";
import {
  internet,
  nodeNetwork,
  nodes,
  podRange,
  podRange6,
  serviceRange,
  serviceRange6,
} from "../../lab/addresses.ts";
import { overlap } from "../../lab/network/conflicts.ts";
import { overlap as rangesOverlap } from "../../model/values/network.ts";

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

  it("does the same in IPv6", () => {
    for (const node of nodes) {
      expect(liesIn(node.address6, `${nodeNetwork.hub6}/${nodeNetwork.prefix6}`)).toBe(true);
      expect(rangesOverlap(node.podSubnet6, podRange6)).toBe(true);
      expect(liesIn(node.podGateway6, node.podSubnet6)).toBe(true);
    }
    expect(new Set(nodes.flatMap((node) => [node.address6, node.podSubnet6])).size).toBe(nodes.length * 2);
    for (const address of [internet.web6, internet.mutual6, ...internet.tcp6])
      expect(liesIn(address, `${internet.hub6}/${internet.prefix6}`)).toBe(true);
  });

  it("keeps its ranges apart", () => {
    const ranges = [nodeNetwork.subnet, podRange, serviceRange, internet.subnet];
    for (const [index, left] of ranges.entries()) {
      for (const right of ranges.slice(index + 1)) expect(overlap(left, right)).toBe(false);
    }
    const ranges6 = [
      `${nodeNetwork.hub6}/${nodeNetwork.prefix6}`,
      podRange6,
      serviceRange6,
      `${internet.hub6}/${internet.prefix6}`,
      ...Object.values(internet.inside6).map((address) => `${address}/128`),
    ];
    for (const [index, left] of ranges6.entries()) {
      for (const right of ranges6.slice(index + 1)) expect(rangesOverlap(left, right)).toBe(false);
    }
  });
});

function liesIn(address: string, range: string): boolean {
  return rangesOverlap(`${address}/128`, range);
}
