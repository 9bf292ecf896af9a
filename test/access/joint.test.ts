import fc from "fast-check";
import { expect, it } from "vitest";
import { anyPathOf } from "../../access/evaluate/match.ts";
import { jointText } from "../../access/matrix/joint.ts";

it.each([
  ["/api/*", "*.json", "/api/.json"],
  ["/a/{*}", "/{*}/b", "/a/b"],
  ["/a/{**}", "/a/b/*", "/a/b/"],
  ["*", "*", "~"],
  ["/a/{*}", "/b/*", undefined],
  ["/a/{*}", "/a/", undefined],
  ["/a", "/a/*", undefined],
])("%s and %s have %s in common", (one, other, text) => {
  expect(jointText(one, other)).toBe(text);
});

it("is taken by both patterns, and is there whenever a text is", () => {
  const part = fc.constantFrom("/a", "/b", "/ab", "/", "a");
  const pattern = fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
    fc.array(part, { maxLength: 3 }).map((parts) => `${parts.join("")}*`),
    fc.array(part, { maxLength: 3 }).map((parts) => `*${parts.join("")}`),
    fc
      .array(fc.oneof(part, fc.constantFrom("/{*}", "/{**}")), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join("")),
  );
  const text = fc
    .array(fc.constantFrom("/", "a", "b"), { minLength: 1, maxLength: 6 })
    .map((letters) => letters.join(""));
  fc.assert(
    fc.property(pattern, pattern, fc.array(text, { maxLength: 50 }), (one, other, texts) => {
      const [takesOne, takesOther] = [anyPathOf([one]), anyPathOf([other])];
      const joint = jointText(one, other);
      if (joint !== undefined) expect([takesOne(joint), takesOther(joint)]).toEqual([true, true]);
      if (texts.some((text) => takesOne(text) && takesOther(text))) expect(joint).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});
