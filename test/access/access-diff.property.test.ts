import fc from "fast-check";
import { expect, it } from "vitest";
import { type AccessChange, accessBeyond } from "../../access/diff/access.ts";
import { evaluator } from "../../access/evaluate/evaluate.ts";
import { matrixOf } from "../../access/matrix/matrix.ts";
import { rowLets } from "../../access/matrix/row-lets.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { ACCOUNTS, declared, list, NAMESPACES, PATHS, plan } from "../plan/random-rules.ts";
import { gateway, istio, policy, READER } from "./manifests.ts";

/** Calls of every kind that the random rules tell apart, and some that no rule names. */
const CALLS = ["a", "b", "c"].flatMap((letter) =>
  [...NAMESPACES, "elsewhere"].flatMap((namespace) =>
    [...ACCOUNTS, "other"].flatMap((account) =>
      ["GET", "POST", "PUT"].flatMap((method) =>
        [...PATHS, "/a/x.json", "/unnamed"].map((path) => ({
          principal: `cluster.local/ns/${namespace}/sa/${account}`,
          host: `${letter}.example.com`,
          method,
          path,
          headers: {},
          claims: {},
        })),
      ),
    ),
  ),
);
type Call = (typeof CALLS)[number];

function allowedBy(manifests: readonly Manifest[]): (call: Call) => boolean {
  const { evaluate } = evaluator(manifests);
  return (call) => evaluate({ ...call, port: 80, scheme: "http" }).answer === "allowed";
}

/** Lists of hosts that can be declared: what check refuses says nothing of a diff. */
const inputs = list.filter((some) => some.length > 0 && declared(some) !== undefined);

/** Any two, or two that differ in what is refused alone. */
const pairs = fc.oneof(
  fc.tuple(inputs, inputs),
  inputs.chain((some) => {
    const open = some.map((one) => ({ ...one, deny: [] }));
    return fc.constantFrom<[readonly object[], readonly object[]]>([some, open], [open, some]);
  }),
);

function manifestsOf(some: readonly object[]): Manifest[] {
  return plan(declared(some) ?? []).map(({ manifest }) => manifest);
}

it("is what the evaluator allows on one side and not on the other", { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(pairs, ([inputsBefore, inputsAfter]) => {
      const [before, after] = [manifestsOf(inputsBefore), manifestsOf(inputsAfter)];
      const [rowsBefore, rowsAfter] = [matrixOf(before), matrixOf(after)];
      const [wasAllowed, isAllowed] = [allowedBy(before), allowedBy(after)];
      const gained = accessBeyond(rowsAfter, rowsBefore);
      const isGained = CALLS.filter((call) => isAllowed(call) && !wasAllowed(call));
      for (const call of isGained) expect(gained.some((row) => rowLets(row, call))).toBe(true);
      // Each pattern by itself has a call that was gained.
      for (const change of gained.flatMap(patternsOf))
        expect(
          isGained.some((call) => rowLets(change, call)),
          JSON.stringify(change),
        ).toBe(true);
    }),
    { numRuns: 500 },
  );
});

function patternsOf(change: AccessChange): AccessChange[] {
  return change.allowed.map((one) => ({ ...change, allowed: [one] }));
}

it("is nothing between equals, whatever the order of their objects", () => {
  fc.assert(
    fc.property(inputs, (some) => {
      const one = manifestsOf(some);
      expect(accessBeyond(matrixOf(one), matrixOf([...one].reverse()))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

it("sees each value of a header, and each claim and issuer of a token", () => {
  const rowsOf = ({ team = ["a"], scope = ["read"], users = ["sso/*"] }) =>
    matrixOf([
      ...gateway(),
      istio("RequestAuthentication", "tokens", { jwtRules: [{ issuer: "sso" }, { issuer: "other" }] }),
      policy("ALLOW", [
        {
          from: [{ source: { principals: [READER], requestPrincipals: users } }],
          to: [{ operation: { hosts: ["one.example.com"], ports: ["10080"] } }],
          when: [
            { key: "request.headers[X-Team]", values: team },
            { key: "request.auth.claims[scope]", values: scope },
          ],
        },
      ]),
    ]);
  const gained = (parts: Parameters<typeof rowsOf>[0]) =>
    accessBeyond(rowsOf(parts), rowsOf({})).flatMap(({ user, allowed }) =>
      allowed.map(({ headers }) => ({ ...headers, ...user })),
    );
  const base = { "x-team": ["a"], iss: ["sso"], sub: ["*"], scope: ["read"] };
  expect(gained({})).toEqual([]);
  expect(gained({ team: ["a", "b"] })).toEqual([{ ...base, "x-team": ["a", "b"] }]);
  expect(gained({ scope: ["read", "write"] })).toEqual([{ ...base, scope: ["read", "write"] }]);
  expect(gained({ users: ["sso/*", "other/*"] })).toEqual([{ ...base, iss: ["other"] }]);
  expect(gained({ users: ["sso/*", "sso/one"] })).toEqual([]);
});

it.each([
  ["a header", { when: [{ key: "request.headers[X-Team]", values: ["b"] }] }, {}],
  ["a claim", { when: [{ key: "request.auth.claims[scope]", values: ["b"] }] }, {}],
  ["a path", { to: [{ operation: { paths: ["/b/*"] } }] }, {}],
  ["a path that is left out", undefined, { notPaths: ["/b"] }],
  ["a method that is left out", undefined, { notMethods: ["PUT"] }],
])("sees that what refused calls by %s is gone, and nothing in that it comes", (_, denial, more) => {
  const operation = { hosts: ["one.example.com"], ports: ["10080"] };
  const rowsOf = (denied: readonly object[], besides: object) =>
    matrixOf([
      ...gateway(),
      istio("RequestAuthentication", "tokens", { jwtRules: [{ issuer: "sso" }] }),
      policy("ALLOW", [
        { from: [{ source: { principals: [READER] } }], to: [{ operation: { ...operation, ...besides } }] },
      ]),
      policy("DENY", JSON.parse(JSON.stringify(denied))),
    ]);
  const [strict, open] = [rowsOf(denial === undefined ? [] : [denial], more), rowsOf([], {})];
  expect(accessBeyond(open, strict)).toHaveLength(1);
  expect(accessBeyond(strict, open)).toEqual([]);
});
