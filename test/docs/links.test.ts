import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS } from "./documents.ts";

describe.each(DOCUMENTS.map((document) => [document.path, document] as const))("%s", (path, document) => {
  it("has links that lead somewhere", () => {
    const broken = document.links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : relative(".", join(dirname(path), file));
      if (!existsSync(target)) return true;
      const anchors = DOCUMENTS.find((other) => other.path === target)?.anchors;
      return anchor !== undefined && anchors?.includes(anchor) !== true;
    });
    expect(broken).toEqual([]);
  });

  it("has no line over 120 columns", () => {
    expect(document.lines.filter((line) => line.length > 120)).toEqual([]);
  });
});

it("the README leads to every page", () => {
  const readme = DOCUMENTS.find(({ path }) => path === "README.md");
  const pages = DOCUMENTS.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  expect(readme?.links).toEqual(expect.arrayContaining(pages));
});
