import { describe, expect, it } from "vitest";
import { environment, found, http } from "./rule-problems.ts";

const RULES = "allow: [{ from: [{ namespace: news }, { serviceAccount: shop/cart }] }]";
const warnings = (before: string) => {
  const read = found(environment(http(RULES), before));
  expect(read.problems).toEqual([]);
  return read.warnings;
};
const LOCKED = "lockdown: [{ namespace: news }, { namespace: shop }]\n";

describe("an environment in production is warned of", () => {
  it("callers without lockdown, once, where the mesh lets sidecars call any host", () => {
    const open = (names: string) => [
      expect.stringMatching(`lockdown: callers without lockdown reach all other hosts past .*: ${names} →`),
    ];
    expect(warnings("production: true\n")).toEqual(open("news, shop"));
    expect(warnings("production: true\nlockdown: [{ namespace: news }]\n")).toEqual(open("shop"));
    expect(warnings(`production: true\n${LOCKED}`)).toEqual([]);
    expect(warnings("production: true\nmesh: { outboundTrafficPolicy: REGISTRY_ONLY }\n")).toEqual([]);
    expect(warnings("")).toEqual([]);
  });

  it("of everyone there is no namespace to name", () => {
    const everyone = http('allow: [{ from: { namespace: "*" }, confirmed: true }]');
    expect(found(environment(everyone, "production: true\n")).warnings).toEqual([]);
  });

  it.each(["access", "errors"])("no provider of the log %s", (log) => {
    const monitoring = `${LOCKED}monitoring: { ${log}: [] }\n`;
    expect(warnings(`production: true\n${monitoring}`)).toEqual([
      expect.stringMatching(`^6:\\d+ monitoring\\.${log}: .* → name a provider`),
    ]);
    expect(warnings(monitoring)).toEqual([]);
  });
});
