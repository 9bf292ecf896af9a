import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluator } from "../../access/evaluate.ts";
import { anyOf, anyPathOf } from "../../access/match.ts";
import { matrixOf, type Requests, type Row } from "../../access/matrix.ts";
import { ACCOUNTS, declared, list, NAMESPACES, PATHS, plan } from "../plan/random-rules.ts";

interface Call {
  readonly principal: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
}

/** What a reader of the row would say. */
function lets({ principal, host, allowed, refused }: Row, call: Call): boolean {
  const takes = ({ path, method, except }: Requests) =>
    anyPathOf([path])(call.path) && anyOf([method])(call.method) && !anyOf(except.principals)(call.principal);
  const isRefused = refused.some(
    (one) => anyOf([one.principal])(call.principal) && anyOf([one.host])(call.host) && takes(one),
  );
  return anyOf([principal])(call.principal) && host === call.host && allowed.some(takes) && !isRefused;
}

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
                const call = { principal, host, method, path };
                const { answer } = evaluate({ ...call, port: 80, scheme: "http" });
                expect(
                  rows.some((row) => lets(row, call)),
                  `${principal} ${method} ${host}${path}: ${answer}`,
                ).toBe(answer === "allowed");
              }
    }),
    { numRuns: 150 },
  );
});
