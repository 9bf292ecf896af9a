import { describe, expect, it } from "vitest";
import { policiesIn, policySize } from "../../bench/authorization/rbac.ts";
import { table } from "../../bench/authorization/report.ts";
import { CALLED, environmentOf, objectsOf, policyNames } from "../../bench/authorization/variants.ts";
import { processorSeconds } from "../../bench/processor.ts";

describe("the variants", () => {
  const objects = (variant: "shared" | "apart" | "none") =>
    objectsOf(variant, environmentOf(variant, 20, 10));

  it("have a policy for each host and rule, fewer, or none; and all else alike", () => {
    const counts = (["apart", "shared", "none"] as const).map((one) => policyNames(objects(one)).length);
    expect(counts[0]).toBe(20 * 10);
    expect(counts[1]).toBeLessThan(100);
    expect(counts[1]).toBeGreaterThan(0);
    expect(counts[2]).toBe(0);
    const others = (["apart", "shared", "none"] as const).map(
      (one) => objects(one).filter(({ manifest }) => manifest.kind !== "AuthorizationPolicy").length,
    );
    expect(new Set(others).size).toBe(1);
  });

  it("let their own client call one host", () => {
    const { hosts } = environmentOf("shared", 20, 10);
    const granting = hosts.filter(({ allow }) =>
      allow.some(({ from }) => from.some(({ namespace }) => namespace === "bench-shared-client")),
    );
    expect(granting.map(({ host }) => host)).toEqual([CALLED]);
  });
});

describe("a dump", () => {
  const filter = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC",
    rules: { policies: { "ns[egress]-policy[one]-rule[0]": {}, "ns[egress]-policy[two]-rule[1]": {} } },
  };
  const dump = JSON.stringify({ configs: [{ chains: [filter, { "@type": "x.Other" }, filter] }] }, null, 2);

  it("has the bytes of its policy filters alone", () => {
    expect(policySize(dump)).toEqual({ bytes: 2 * JSON.stringify(filter).length, filters: 2 });
  });

  it("names its policies", () => {
    expect([...policiesIn(dump)]).toEqual(["one", "two"]);
  });
});

it("a process's time is read by its name", () => {
  const line = (name: string, user: number, system: number) =>
    `17 (${name}) S 1 17 17 0 -1 4194560 100 0 0 0 ${user} ${system} 0 0 20 0 12 0 100 1000 10`;
  const stat = [line("pilot-agent", 9_000, 9_000), line("envoy", 250, 150)].join("\n");
  expect(processorSeconds(stat, "envoy")).toBe(4);
  expect(() => processorSeconds(stat, "nginx")).toThrow(/no process nginx/);
});

it("the table compares with the variant without rules, round by round", () => {
  const size = { bytes: 2_000, filters: 1 };
  const rounds = (...values: (readonly [number, number])[]) =>
    values.map(([requestsPerSecond, microseconds]) => ({ requestsPerSecond, microseconds }));
  const text = table([
    { variant: "shared", policies: 3, size, rounds: rounds([80, 10], [45, 20], [90, 12]) },
    { variant: "none", policies: 0, size, rounds: rounds([100, 10], [50, 10], [100, 10]) },
  ]);
  expect(text).toContain("| shared | 3 | 2 | 45 – 80 – 90 | 0.90 | 10 – 12 – 20 | 1.20 |");
});
