import { describe, expect, it } from "vitest";
import { type Run, rowOf, table } from "../../bench/data-path/report.ts";
import { MODES, urlOf } from "../../bench/data-path/variants.ts";

const run = (requestsPerSecond: number): Run => ({
  requestsPerSecond,
  p50: 1,
  p99: 2,
  failed: 1,
  processor: 100_000 / requestsPerSecond,
});
const round = (docs: number, ours: number) => ({ direct: run(9000), docs: run(docs), ours: run(ours) });

describe("the data path's rows", () => {
  // In the second round the machine was busy, for both alike.
  const rounds = [round(1000, 1300), round(500, 650), round(1100, 1210)];
  const row = rowOf({ mode: "none", load: { keepAlive: true, connections: 64 }, rounds });

  it("compare the patterns round by round, so that a busy moment meets both", () => {
    expect(row.variants.docs.requestsPerSecond).toBe(1000);
    expect(row.variants.ours.requestsPerSecond).toBe(1210);
    expect(row.ratio.requestsPerSecond).toBe(1.3);
    expect(row.ratio.processor).toBeCloseTo(1 / 1.3);
  });

  it("add up what failed, and print it", () => {
    expect(row.variants.ours.failed).toBe(3);
    expect(table([row])).toMatch(
      /\| 64 \| 9000 \|.*\| 1\.30 \| 1\.00 \| 1\.00 \| 100 \| 83 \| 0\.77 \| 3\+3\+3 \|\n$/,
    );
  });
});

describe("the load", () => {
  it("calls each pattern's own host, with the port that wrk would look up", () => {
    const http = MODES.find(({ mode }) => mode === "none");
    const https = MODES.find(({ mode }) => mode === "passthrough");
    if (http === undefined || https === undefined) throw new Error("a mode is missing");
    expect(urlOf(http, "ours")).toBe("http://www.yahoo.com:80/");
    expect(urlOf(https, "direct")).toBe("https://developers.google.com:443/");
  });
});
