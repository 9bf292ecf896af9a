import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluator, type Probe } from "../../access/evaluate/evaluate.ts";
import { valuesOf } from "../../access/evaluate/request.ts";
import type { Step } from "../../access/evaluate/step.ts";
import { authorizeBy, authorizerState } from "../../conformance/authorizer.ts";
import { environment } from "../../conformance/declarations.ts";
import { policies } from "../../conformance/policies.ts";
import { probe } from "../../conformance/probes.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { gateway, istio, policy, READER } from "./manifests.ts";

const ISSUER = "https://login.example.com";
const call: Probe = { principal: READER, host: "one.example.com", port: 80, scheme: "http" };
const everybody = policy("ALLOW", [{ to: [{ operation: { ports: ["10080", "8080"] } }] }], "everybody");
const asking = policy("CUSTOM", [{ to: [{ operation: { paths: ["/asked"] } }] }], "asking");
const refusing = policy("DENY", [{ to: [{ operation: { methods: ["PUT"] } }] }], "refusing");
const trial = policy("DENY", [{}], "trial", { "istio.io/dry-run": "true" });
const tokens = istio("RequestAuthentication", "tokens", {
  selector: { matchLabels: { app: "egress" } },
  jwtRules: [{ issuer: ISSUER }],
});
const manifests = [...gateway(), everybody, asking, refusing, trial, tokens];
const strangers = { iss: "https://other.example.com", sub: "ann" };

describe("an authorizer whose answers are known", () => {
  const { evaluate } = evaluator(manifests, {}, (provider, { headers }) =>
    provider === "iam" ? valuesOf(headers, "pass").includes("yes") : undefined,
  );
  const asked = { ...call, path: "/asked" };
  const passing = { ...asked, headers: { pass: "yes" } };

  it("is asked before all else, of what it is asked about", () => {
    for (const refused of [asked, { ...asked, method: "PUT" }, { ...asked, claims: strangers }])
      expect(evaluate(refused)).toEqual({
        answer: "forbidden",
        by: { object: "AuthorizationPolicy/egress/asking", rule: 0 },
        onTrial: [],
        unsure: [],
      });
    expect(evaluate({ ...call, path: "/other" })).toMatchObject({ answer: "allowed", unsure: [] });
  });

  it("is not asked about what the gateway has no route for", () => {
    const unrouted = { ...asked, port: 8080, authority: "one.example.com.:8080" };
    expect(evaluate({ ...asked, port: 8080 })).toMatchObject({ answer: "forbidden" });
    expect(evaluate(unrouted)).toMatchObject({ answer: "not-found" });
  });

  it("leaves what it lets pass to tokens and the other policies", () => {
    expect(evaluate(passing)).toMatchObject({ answer: "allowed", unsure: [] });
    expect(evaluate({ ...passing, claims: strangers })).toMatchObject({ answer: "unauthorized" });
    expect(evaluate({ ...passing, method: "PUT" })).toMatchObject({
      answer: "forbidden",
      by: { object: "AuthorizationPolicy/egress/refusing" },
    });
  });

  it("is a step that passes or decides", () => {
    const stepsOf = (probe: Probe) => {
      const steps: Step[] = [];
      evaluate(probe, (step) => steps.push(step));
      return steps.filter(({ at }) => at === "policy").map(({ passes, says }) => [passes, says]);
    };
    expect(stepsOf(asked)).toEqual([[false, "asks the authorizer iam, which refuses it"]]);
    expect(stepsOf(passing)[0]).toEqual([true, "asks the authorizer iam, which lets it pass"]);
  });

  it("that refuses by a rule which is not judged in full is told so", () => {
    const byAddress = policy("CUSTOM", [{ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }]);
    const answering = (passes: boolean) =>
      evaluator([...gateway(), everybody, byAddress], {}, () => passes).evaluate(call);
    expect(answering(true)).toMatchObject({ answer: "allowed", unsure: [] });
    expect(answering(false).unsure).toEqual(["AuthorizationPolicy/egress/custom asks for ipBlocks"]);
  });
});

describe("an authorizer whose answers are not known", () => {
  const { evaluate } = evaluator(manifests);
  const unsure = ["whether the authorizer iam, asked by AuthorizationPolicy/egress/asking, lets it pass"];

  it("is told where it could change the answer, and not of what is forbidden anyway", () => {
    const asked = { ...call, path: "/asked" };
    expect(evaluate(asked)).toMatchObject({ answer: "allowed", unsure });
    expect(evaluate({ ...asked, claims: strangers })).toMatchObject({ answer: "unauthorized", unsure });
    expect(evaluate({ ...asked, method: "PUT" })).toMatchObject({ answer: "forbidden", unsure: [] });
  });
});

it("an authorizer gives nobody more: whatever it changes is refused", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.tuple(environment, policies, authorizerState),
      fc.array(probe, { minLength: 100, maxLength: 100 }),
      ([declared, beside, state], probes) => {
        const planned = [...planEnvironment(declared), ...beside].map(({ manifest }) => manifest);
        const asking = evaluator(planned, {}, authorizeBy(state));
        const trusting = evaluator(planned, {}, () => true);
        for (const one of probes) {
          const [asked, trusted] = [asking.evaluate(one).answer, trusting.evaluate(one).answer];
          if (asked === trusted) continue;
          refused += 1;
          expect(asked).toBe(one.scheme === "http" ? "forbidden" : "closed");
        }
      },
    ),
    { numRuns: 8 },
  );
  expect(refused).toBeGreaterThan(0);
});
