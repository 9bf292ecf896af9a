import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOf, anyPathOf, nearest } from "../../access/evaluate/match.ts";
import { normalisedPath } from "../../access/evaluate/path.ts";

describe("a value of a policy", () => {
  it.each([
    ["/sport", "/sport", true],
    ["/sport", "/sport/", false],
    ["/sport*", "/sport", true],
    ["/sport*", "/sports/x", true],
    ["/sport/*", "/sport", false],
    ["*.json", "/a.json", true],
    ["*.json", "/a.json/", false],
    ["*", "/", true],
    ["*", "", false],
    // A star inside is a letter.
    ["/a*b", "/axb", false],
    ["/a*b", "/a*b", true],
    // One at both ends is a suffix, with a star as its last letter.
    ["*x*", "axb", false],
    ["*x*", "ax*", true],
  ])("%s takes %s: %s", (value, text, taken) => {
    expect(anyOf([value])(text)).toBe(taken);
    expect(anyPathOf([value])(text)).toBe(taken);
  });

  it("tells capitals apart, unless it is a host's", () => {
    expect(anyOf(["/Sport"])("/sport")).toBe(false);
    expect(anyOf(["One.Example.com", "*.B.com"], { ignoreCase: true })("ONE.example.COM")).toBe(true);
    expect(anyOf(["One.Example.com", "*.B.com"], { ignoreCase: true })("a.b.COM")).toBe(true);
  });

  it("takes exactly what begins, ends or is like it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 5 });
    fc.assert(
      fc.property(text, text, (value, asked) => {
        expect(anyOf([value])(asked)).toBe(value === asked);
        expect(anyOf([`${value}*`])(asked)).toBe(value === "" ? asked !== "" : asked.startsWith(value));
        expect(anyOf([`*${value}`])(asked)).toBe(value === "" ? asked !== "" : asked.endsWith(value));
      }),
    );
  });
});

describe("a template", () => {
  it.each([
    ["/{*}", "/a", true],
    ["/{*}", "/", false],
    ["/{*}", "/a/b", false],
    ["/a/{*}/b", "/a/x/b", true],
    ["/a/{*}/b", "/a//b", false],
    ["/a/{**}", "/a/", true],
    ["/a/{**}", "/a/b/c", true],
    ["/a/{**}", "/a", false],
    ["/{*}/b/{**}", "/x/b/", true],
    // A star is none of the letters that Envoy takes for a segment.
    ["/{*}", "/a*b", false],
    ["/{*}", "/a%2fb", true],
  ])("%s takes %s: %s", (template, path, taken) => {
    expect(anyPathOf([template])(path)).toBe(taken);
  });
});

describe("a path", () => {
  it.each([
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/../b", "/b"],
    ["/a/..", "/"],
    ["/a/.", "/a/"],
    ["/a/%2e%2E/b", "/b"],
    ["/a\\b", "/a/b"],
    ["/%61", "/a"],
    ["/a%2fb", "/a%2fb"],
    ["/a//b", "/a//b"],
    ["/a/?x=/../b", "/a/"],
    ["/A;x=1", "/A;x=1"],
    ["/a/..;/b", "/b"],
    ["/a/..;x=1;y/b", "/b"],
    ["/a/.;/b", "/a/b"],
    ["/a/..;", "/"],
    ["/a/.;x", "/a/"],
    ["/a/..;?x", "/"],
    ["/a/..;x\\y", "/"],
    ["/a/..;%2fx/b", "/b"],
    ["/a/b/%2e%2e/..;/c", "/c"],
    // Not by one Envoy.
    ["/a/%2e%2e;/b", "/a/..;/b"],
    ["/a/.%2E;/b", "/a/..;/b"],
    ["/a\\..;/b", "/a/..;/b"],
    ["/a/%2e%2e;/..;/b", "/a/b"],
    // By none.
    ["/a/..%3b/b", "/a/..%3b/b"],
    ["/a/...;/b", "/a/...;/b"],
    ["/a/b..;/c", "/a/b..;/c"],
    ["/a/;/..", "/a/"],
    ["/a/..%5cb", "/a/..%5cb"],
    // What is decoded does not become an encoded letter.
    ["/a%2%66b", "/a%252fb"],
    ["/a/%%32e./b", "/a/%252e./b"],
    ["/a/%%32%65./b", "/a/%252e./b"],
    ["/a/%2/b", "/a/%2/b"],
  ])("%s is seen as %s", (path, seen) => {
    expect(normalisedPath(path, "BASE")).toBe(seen);
  });

  it("has one slash for several, and for an encoded one, where the mesh says so", () => {
    expect(normalisedPath("/a//b%2Fc", "MERGE_SLASHES")).toBe("/a/b%2Fc");
    expect(normalisedPath("//a//", "MERGE_SLASHES")).toBe("/a/");
    expect(normalisedPath("///", "MERGE_SLASHES")).toBe("//");
    expect(normalisedPath("/a//b%2F%5cc", "DECODE_AND_MERGE_SLASHES")).toBe("/a/b/c");
    expect(normalisedPath("/a/..;%2fx/b", "DECODE_AND_MERGE_SLASHES")).toBe("/x/b");
    expect(normalisedPath("/a%2f..;/b", "DECODE_AND_MERGE_SLASHES")).toBe("/b");
    expect(normalisedPath("/a/%5c..;/b", "DECODE_AND_MERGE_SLASHES")).toBe("/a/..;/b");
  });

  it("is seen alike by all but the first, which has no dots left before a semicolon for the rest", () => {
    const path = fc
      .array(fc.constantFrom("a", "..", "%2e%2e;", ".%2e;x", "..;", ".;", "%2e;", "b\\..;"), {
        minLength: 1,
        maxLength: 6,
      })
      .map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(path, (written) => {
        const twice = normalisedPath(normalisedPath(written, "MERGE_SLASHES"), "MERGE_SLASHES");
        expect(normalisedPath(twice, "MERGE_SLASHES")).toBe(twice);
        expect(twice).not.toMatch(/\/\.\.?(;|\/|$)/);
      }),
    );
  });

  it("is seen alike the second time", () => {
    const path = fc
      .array(fc.constantFrom("a", ".", "..", "%2e", "", "b%2f", "%"), { minLength: 1, maxLength: 6 })
      .map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(path, fc.constantFrom("BASE", "MERGE_SLASHES"), (written, normalization) => {
        const seen = normalisedPath(written, normalization);
        expect(normalisedPath(seen, normalization)).toBe(seen);
        expect(seen.split("/")).not.toContain("..");
      }),
    );
  });
});

it.each([
  ["a.b.c", ["a.b.c", "*.b.c", "*"], "a.b.c"],
  ["a.b.c", ["*.b.c", "*.c", "*"], "*.b.c"],
  ["a.b.c", ["*.c", "*"], "*.c"],
  ["a.b.c", ["*", "b.c", "*b.c", "*.a.b.c"], "*"],
  ["b.c", ["*.b.c"], undefined],
])("%s among %j falls under %s", (name, names, found) => {
  expect(nearest(new Map(names.map((one) => [one, one])), name)).toBe(found);
});
