import { describe, expect, it } from "vitest";
import { table, wrap } from "../../walk/table.ts";

describe("a text in a column", () => {
  it.each([
    ["is left as it is where it fits", "pool of nodes", 13, "pool of nodes"],
    ["is broken between words", "the pool of nodes", 9, "the pool\nof nodes"],
    ["fills a line to its end", "ab cd ef", 5, "ab cd\nef"],
    ["counts the space between two words", "abc de", 5, "abc\nde"],
    ["is broken in a word that no line holds", "see edition.cnn.com", 8, "see\nedition.\ncnn.com"],
    ["keeps its lines", "a\n\nb c", 1, "a\n\nb\nc"],
    ["may be none", "", 8, ""],
  ])("%s", (_, text, width, expected) => {
    expect(wrap(text, width)).toBe(expected);
  });
});

describe("the table of rows", () => {
  const row = {
    step: "1 the gateway runs on its nodes",
    command: "kubectl get pods -n egress -o wide",
    expected: "sallyport-gateway-1 sallyport-gateway-2",
    got: "none",
    passed: false,
  };

  it("counts the lines of a text that is too long for it", () => {
    const got = Array.from({ length: 400 }, (_, index) => `object-${index}`).join("\n");
    const printed = table([{ ...row, got }], 100);
    expect(printed).toContain("object-10 ");
    expect(printed).not.toContain("object-11");
    expect(printed).toContain("+389 lines");
  });

  it("fits the terminal and loses no letter", () => {
    const printed = table([row], 100);
    for (const line of printed.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    const { passed, ...texts } = row;
    const words = Object.values(texts).flatMap((text) => text.split(" "));
    for (const word of [...words, "expected", "FAIL"]) expect(printed).toContain(word);
  });

  it("has columns that can be read on the narrowest terminal, too", () => {
    const printed = table([row], 1);
    for (const word of ["gateway", "kubectl", "none", "FAIL"]) expect(printed).toContain(word);
  });
});
