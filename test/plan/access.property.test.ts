import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluator } from "../../access/evaluate/evaluate.ts";
import type { Host } from "../../model/environment.ts";
import type { Rule } from "../../model/rules/rule.ts";
import { renderStream } from "../../render/render.ts";
import { gateway } from "./hosts.ts";
import {
  ACCOUNTS,
  allow,
  declared,
  ISSUER,
  list,
  listWithUsers,
  matches,
  NAMESPACES,
  PATHS,
  plan,
  TOKENS,
} from "./random-rules.ts";

const REQUESTS = ["GET", "POST"].flatMap((method) =>
  PATHS.flatMap((path) => TOKENS.map((token) => [method, path, token] as const)),
);

describe("rules", { timeout: 120_000 }, () => {
  it("let through what one allows and none denies, and nothing else", () => {
    fc.assert(
      fc.property(listWithUsers, (inputs) => {
        const hosts = declared(inputs);
        fc.pre(hosts !== undefined);
        if (hosts === undefined) return;
        const { evaluate } = evaluator(plan(hosts, gateway, [ISSUER]).map(({ manifest }) => manifest));
        for (const host of hosts)
          for (const namespace of NAMESPACES)
            for (const account of ACCOUNTS)
              for (const [method, path, claims] of REQUESTS) {
                const asks = (rule: Rule) => matches(rule, { namespace, account }, method, path, claims);
                const expected = host.allow.some(asks) && !host.deny.some(asks);
                const principal = `cluster.local/ns/${namespace}/sa/${account}`;
                const { answer } = evaluate({
                  principal,
                  host: host.host,
                  port: 80,
                  scheme: "http",
                  method,
                  path,
                  ...(claims === undefined ? {} : { claims }),
                });
                expect(answer === "allowed", `${principal} ${method} ${host.host}${path}: ${answer}`).toBe(
                  expected,
                );
              }
      }),
      { numRuns: 150 },
    );
  });

  it("in another order give the same bytes, and keep their keys when others come", () => {
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.nat()), allow, (inputs, numbers, more) => {
        const hosts = declared(inputs);
        const mixed = <T>(entries: readonly T[]) =>
          entries
            .map((entry) => ({ entry, by: numbers.next().value }))
            .sort((a, b) => a.by - b.by)
            .map(({ entry }) => entry);
        const other = declared(
          mixed(inputs).map((host) => ({ ...host, allow: mixed(host.allow), deny: mixed(host.deny) })),
        );
        expect(other === undefined).toBe(hosts === undefined);
        if (hosts === undefined || other === undefined) return;
        expect(renderStream(plan(other))).toBe(renderStream(plan(hosts)));
        const wider = declared(inputs.map((host) => ({ ...host, allow: [more, ...host.allow] })));
        const keys = (list: readonly Host[]) => list.map(({ allow }) => allow.map(({ key }) => key));
        wider?.forEach(({ allow }, index) => {
          expect(allow.map(({ key }) => key)).toEqual(expect.arrayContaining(keys(hosts)[index] ?? []));
        });
      }),
      { numRuns: 150 },
    );
  });
});
