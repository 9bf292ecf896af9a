import { expect, it } from "vitest";
import { describeResult } from "../../conformance/report.ts";
import { run } from "../../conformance/run.ts";
import { onCluster } from "./cluster.ts";
import { print } from "./print.ts";

const cluster = onCluster("lab");

it("Envoy answers as the evaluator does", { timeout: 10 * 60_000 }, async ({ signal }) => {
  const { access, programs = "" } = cluster ?? { access: {} };
  const result = await run({ access, programs, probes: 400, seed: 1, signal, say: print });
  print(describeResult(result));
  expect(result.disagreeing).toBe(0);
  // Were it all refused by the sidecars, it would say nothing.
  for (const answer of ["allowed", "forbidden", "closed", "unknown-host"])
    expect(result.answers[answer]).toBeGreaterThan(10);
});
