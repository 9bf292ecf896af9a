import { describe, expect, it } from "vitest";
import { describeStatus } from "../../cli/lab/status.ts";
import type { LabStatus } from "../../lab/lab.ts";

function damaged(...dead: string[]): LabStatus {
  const processes = ["etcd", "node-kubelet", "node-network-policies"].map((name, index) => ({
    name,
    pid: index + 1,
    alive: !dead.includes(name),
    log: `/logs/${name}.log`,
  }));
  return { phase: "damaged", nodes: [], processes, memory: [], logs: "/logs" };
}

describe("the lab's status in words", () => {
  it("names what is dead, and its log", () => {
    const text = describeStatus(damaged("etcd"));
    expect(text).toContain("The lab is damaged");
    expect(text).toContain("Processes: 2 of 3 run");
    expect(text).toContain("Dead: etcd, see /logs/etcd.log");
    expect(text).not.toContain("NetworkPolicy");
  });

  it("says that network policy does not hold without the program that enforces it", () => {
    expect(describeStatus(damaged("node-network-policies"))).toContain("NetworkPolicy does not hold");
  });
});
