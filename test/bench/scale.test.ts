import { describe, expect, it } from "vitest";
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
