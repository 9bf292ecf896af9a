import { describe, expect, it } from "vitest";
import { extrapolate } from "../../bench/scale/extrapolate.ts";
import type { Outcome } from "../../bench/scale/outcome.ts";
import { docs, environmentFile, hostsOf, NAMESPACES, ours } from "../../bench/scale/patterns.ts";
import { inSync, sizeOf } from "../../bench/scale/proxies.ts";
import { applyTime } from "../../bench/scale/report.ts";

describe("the generated hosts", () => {
  it("are the same at any size, and ten of them are for the namespace with few", () => {
    const hosts = hostsOf(100, "half");
    expect(hosts[7]?.host).toBe("h7.bench.example.com");
    expect(hosts.filter(({ mode }) => mode === "none")).toHaveLength(50);
    expect(hosts.filter(({ namespaces }) => namespaces.includes(NAMESPACES.few))).toHaveLength(10);
    expect(hosts.every(({ namespaces }) => namespaces.includes(NAMESPACES.all))).toBe(true);
  });

  it("make an environment that our planner takes, each host in it", () => {
    const hosts = hostsOf(30, "half");
    const text = JSON.stringify(ours(hosts).objects);
    for (const { host } of hosts) expect(text).toContain(host);
    expect(environmentFile(hosts)).toContain('"tls":"passthrough"');
  });

  it.each(["none", "passthrough"] as const)("are five objects each in the documents' mode %s", (mode) => {
    const { objects, base } = docs(hostsOf(20, mode));
    expect(objects).toHaveLength(base.length + 5 * 20);
  });
});

describe("a proxy", () => {
  const statistics = "cluster_manager.active_clusters: 36\nserver.memory_allocated: 10240000\n";

  it("has the size of its dump in bytes, and Envoy's own counters", () => {
    expect(sizeOf("«dump»", statistics)).toEqual({ bytes: 8, clusters: 36, memoryBytes: 10_240_000 });
  });

  it("without a counter is an error that names it", () => {
    expect(() => sizeOf("", "server.memory_allocated: 1\n")).toThrow(/cluster_manager.active_clusters/);
  });
});

describe("proxies in sync", () => {
  const status = (proxy: string, sent: string, acked?: string) => ({
    proxy,
    resources: {
      "type.googleapis.com/envoy.config.cluster.v3.Cluster": { sent: "1", acked: "1" },
      "type.googleapis.com/envoy.config.route.v3.RouteConfiguration": {
        sent,
        ...(acked === undefined ? {} : { acked }),
      },
    },
  });

  it("have acknowledged every type, to whichever istiod is theirs", () => {
    expect(inSync([[status("a.x", "2", "2")], [status("b.x", "3", "3")]], ["a.x", "b.x"])).toBe(true);
  });

  it.each([
    ["an older push", [status("a.x", "2", "1")]],
    ["nothing of one type", [status("a.x", "2")]],
    ["no type at all", [{ proxy: "a.x", resources: {} }]],
    ["nothing, as no istiod knows them", [status("b.x", "2", "2")]],
  ])("have not with %s", (_, answer) => {
    expect(inSync([answer], ["a.x"])).toBe(false);
  });
});

describe("the time of an apply", () => {
  it("that ended is told", () => {
    expect(applyTime(12.34, 500, 500, 60)).toBe("12.3");
  });

  it("that was stopped is what was reached, and what the rest would take at least and at most", () => {
    expect(applyTime(undefined, 1000, 5000, 60)).toBe(
      "stopped after 60 with 1000; extrapolated 300 (linear) to 1500 (quadratic)",
    );
  });
});

describe("a size that was not measured", () => {
  const outcome = (hosts: number): Outcome => {
    const proxy = {
      restarts: 0,
      size: { bytes: 1000 + 10 * hosts, clusters: 5 + hosts, memoryBytes: hosts },
    };
    return {
      pattern: "docs",
      resources: 5 * hosts,
      written: 5 * hosts,
      apply: hosts ** 2,
      gated: undefined,
      again: 3 * hosts,
      inSync: hosts ** 1.5,
      proxies: { few: proxy, all: proxy, gateway: { restarts: 1 } },
    };
  };

  it("has times by their power of the hosts, sizes along a line, and nothing of what is missing", () => {
    const big = extrapolate(
      1000,
      { hosts: 100, outcome: outcome(100) },
      { hosts: 300, outcome: outcome(300) },
    );
    expect(big.apply).toBeCloseTo(1e6, 3);
    expect(big.again).toBeCloseTo(3000, 6);
    expect(big.inSync).toBeCloseTo(1000 ** 1.5, 3);
    expect(big.gated).toBeUndefined();
    expect(big.resources).toBe(5000);
    expect(big.proxies.few.size).toEqual({ bytes: 11_000, clusters: 1005, memoryBytes: 1000 });
    expect(big.proxies.gateway).toEqual({ restarts: 1 });
    expect(big.extrapolatedFrom).toEqual([100, 300]);
  });
});
