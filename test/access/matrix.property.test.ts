import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluator } from "../../access/evaluate/evaluate.ts";
import { matrixOf } from "../../access/matrix/matrix.ts";
import { rowLets } from "../../access/matrix/row-lets.ts";
import { ACCOUNTS, declared, list, NAMESPACES, PATHS, plan } from "../plan/random-rules.ts";

it("says of every call what the evaluator answers", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(list, (inputs) => {
      const hosts = declared(inputs);
      fc.pre(hosts !== undefined);
      if (hosts === undefined) return;
      const manifests = plan(hosts).map(({ manifest }) => manifest);
      const rows = matrixOf(manifests);
      const { evaluate } = evaluator(manifests);
      for (const { host } of hosts)
        for (const namespace of NAMESPACES)
          for (const account of ACCOUNTS)
            for (const method of ["GET", "POST"])
              for (const path of PATHS) {
                const principal = `cluster.local/ns/${namespace}/sa/${account}`;
                const call = { principal, host, method, path, headers: {}, claims: {} };
                const { answer } = evaluate({ ...call, port: 80, scheme: "http" });
                expect(
                  rows.some((row) => rowLets(row, call)),
                  `${principal} ${method} ${host}${path}: ${answer}`,
                ).toBe(answer === "allowed");
              }
    }),
    { numRuns: 150 },
  );
});
