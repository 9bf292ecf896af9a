import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "../../model/environment.ts";
import { callersMeet, meetingAny } from "../../model/rules/callers.ts";
import { coversRule } from "../../model/rules/cover.ts";
import { ruleOf } from "../../model/rules/make-rule.ts";
import { rulesAround } from "../../model/rules/rule-index.ts";
import { pathFault } from "../../model/values/paths.ts";

const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ namespace: "*" }) },
  { weight: 3, arbitrary: fc.constantFrom("news", "shop").map((namespace) => ({ namespace })) },
  {
    weight: 6,
    arbitrary: fc.record({
      namespace: fc.constantFrom("news", "shop"),
      account: fc.constantFrom("one", "two"),
    }),
  },
);
/** Of few pieces, so that many cover others. */
const path = fc
  .tuple(
    fc.constantFrom("", "*"),
    fc.array(fc.constantFrom("/a", "/b", "/{*}", "/{**}", ".js"), { maxLength: 3 }),
    fc.constantFrom("", "*", "/*"),
  )
  .map((parts) => parts.flat().join(""))
  .filter((text) => text !== "" && pathFault(text) === undefined);
const rule = fc
  .record({
    from: fc.array(caller, { minLength: 1, maxLength: 2 }),
    except: fc.array(caller, { maxLength: 1 }),
    paths: fc.array(path, { maxLength: 2 }),
    methods: fc.subarray(["GET"]),
  })
  .map((content) => ({
    rule: ruleOf("allow", { ...content, owner: "news", headers: [], monitored: true, audit: false }),
  }));

describe("of many rules", () => {
  it("none that covers another is overlooked, and they stay in their order", () => {
    let covering = 0;
    fc.assert(
      fc.property(fc.array(rule, { minLength: 25, maxLength: 40 }), (rules) => {
        const around = rulesAround(rules);
        for (const narrow of rules) {
          const found = around(narrow.rule);
          const covers = rules.filter((wide) => coversRule(wide.rule, narrow.rule));
          expect(found.filter((wide) => coversRule(wide.rule, narrow.rule))).toEqual(covers);
          if (covers.length > 1) covering += 1;
        }
      }),
      { numRuns: 100 },
    );
    expect(covering).toBeGreaterThan(500);
  });

  it("those that have nothing to do with one are left out", () => {
    const rules = Array.from({ length: 100 }, (_, number) => ({
      rule: ruleOf("allow", {
        from: [{ namespace: "news", account: `account-${number}` }],
        except: [],
        paths: [`/same/${number % 10}/*`],
        methods: [],
        headers: [],
        owner: "news",
        monitored: true,
        audit: false,
      }),
    }));
    const around = rulesAround(rules);
    for (const { rule } of rules) expect(around(rule)).toHaveLength(1);
  });
});

it("callers meet one of many as they meet each", () => {
  fc.assert(
    fc.property(fc.array(caller, { maxLength: 4 }), caller, (callers, one) => {
      expect(meetingAny(callers)(one)).toBe(callers.some((other) => callersMeet(one, other)));
    }),
    { numRuns: 1_000 },
  );
});
