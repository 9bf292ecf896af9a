import { describe, expect, it } from "vitest";
import { REFUSED } from "../../monitoring/metrics.ts";

describe("the selector of what was refused", () => {
  // PromQL's expressions fit whole values, and its texts escape backslashes.
  const [, pattern = ""] = /rule=~"([^"]*)"/.exec(REFUSED) ?? [];
  const refusing = new RegExp(`^(?:${pattern.replaceAll("\\\\", "\\")})$`);

  it.each([
    "none",
    "ext_authz",
    "jwt_authn",
    "refused:deae4af059",
    "ns[egress]-policy[egress-deny-fd0adc7a69]-rule[0]",
    "istio-ext-authz-iam-grpc-ns[egress]-policy[egress-ask-iam]-rule[0]-deny-due-to-bad-CUSTOM-action",
  ])("takes %s", (rule) => {
    expect(rule).toMatch(refusing);
  });

  it.each([
    "ns[egress]-policy[egress-originate-80-deae4af059-2]-rule[0]",
    "*.wikipedia.org",
    "ns[egress]-policy[egress-deny-all]-rule[0]",
  ])("leaves out %s", (rule) => {
    expect(rule).not.toMatch(refusing);
  });
});
