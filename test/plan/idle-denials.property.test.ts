import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluator } from "../../access/evaluate/evaluate.ts";
import { matrixOf } from "../../access/matrix/matrix.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "../model/memory-files.ts";
import { ACCOUNTS, NAMESPACES } from "./random-rules.ts";

/** Of what rules name, and what lies around it. */
const CALLED = ["/a", "/a/b", "/a/b/c", "/b", "/b/x", "/b/x.json", "/c.json", "/A"];
const HOSTS = ["x.a.example", "y.a.example", "b.example"];

const caller = fc.oneof(
  fc.constantFrom(...NAMESPACES).map((namespace) => ({ namespace })),
  fc
    .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom(...ACCOUNTS))
    .map((names) => ({ serviceAccount: names.join("/") })),
);
const from = fc.array(caller, { minLength: 1, maxLength: 2 });
const except = fc.array(caller, { minLength: 1, maxLength: 1 });
const methods = fc.subarray(["GET", "POST"], { minLength: 1, maxLength: 1 });
const paths = (...others: readonly string[]) =>
  fc.subarray(["/a", "/a/b", "/b/x.json", ...others], { minLength: 1, maxLength: 2 });
const allow = fc.record({ from, paths: paths("/b", "/a/b/c"), methods }, { requiredKeys: ["from", "paths"] });
const deny = fc.record(
  { from, except, methods, paths: paths("/a/*", "/b/{*}", "/a/{**}", "*.json", "/c.json") },
  { requiredKeys: ["paths"] },
);
const rules = {
  allow: fc.array(allow, { maxLength: 2 }),
  deny: fc.array(deny, { maxLength: 2 }),
};
const hosts = fc.uniqueArray(fc.record({ host: fc.constantFrom("*.a.example", ...HOSTS), ...rules }), {
  minLength: 1,
  maxLength: 3,
  selector: ({ host }) => host,
});

type Declared = typeof hosts extends fc.Arbitrary<infer T> ? T : never;

function read(declared: Declared) {
  const entries = declared.map((one) => JSON.stringify({ ...one, tls: "none" })).join("\n  - ");
  const { environment, warnings } = loadTexts({
    "env.yaml": `environment: dev\ngateways: [{ name: egress, namespace: egress }]\nhosts:\n  - ${entries}\n`,
  });
  return environment && { warnings, manifests: planEnvironment(environment).map(({ manifest }) => manifest) };
}

function answers(manifests: readonly Manifest[]): string[] {
  const { evaluate } = evaluator(manifests);
  return HOSTS.flatMap((host) =>
    NAMESPACES.flatMap((namespace) =>
      ACCOUNTS.flatMap((account) =>
        ["GET", "POST"].flatMap((method) =>
          CALLED.map((path) => {
            const principal = `cluster.local/ns/${namespace}/sa/${account}`;
            return evaluate({ principal, host, port: 80, scheme: "http", method, path }).answer;
          }),
        ),
      ),
    ),
  );
}

it("a denial of which check says that it can never refuse changes no answer", () => {
  let warned = 0;
  fc.assert(
    fc.property(hosts, (declared) => {
      const before = read(declared);
      fc.pre(before !== undefined);
      if (before === undefined) return;
      const idle = new Set(
        before.warnings.filter(({ why }) => why.startsWith("it can never refuse")).map(({ path }) => path),
      );
      if (idle.size === 0) return;
      warned += 1;
      const after = read(
        declared.map((host, index) => ({
          ...host,
          deny: host.deny.filter((_, place) => !idle.has(`hosts[${index}].deny[${place}].paths`)),
        })),
      );
      expect(after).toBeDefined();
      expect(answers(after?.manifests ?? [])).toEqual(answers(before.manifests));
      const allowed = (manifests: readonly Manifest[]) =>
        matrixOf(manifests).map(({ refused: _, ...row }) => row);
      expect(allowed(after?.manifests ?? [])).toEqual(allowed(before.manifests));
    }),
    { numRuns: 150 },
  );
  expect(warned).toBeGreaterThan(15);
}, 120_000);
