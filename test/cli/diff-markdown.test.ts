import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Compared, compare } from "../../cli/diff/compare.ts";
import { markdownText } from "../../cli/diff/markdown.ts";
import { terminalText } from "../../cli/diff/text.ts";
import type { Sources } from "../../cli/input/source.ts";
import { readSources } from "../../cli/input/source.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { gateway, istio, policy } from "../access/manifests.ts";
import { folderOf } from "../folders.ts";
import { HOSTILE, markupIn } from "../hostile.ts";

const OPERATION = { ports: ["10080"] };

/** A gateway with a grant for each caller: a namespace, and a host with what it asks for. */
function granting(
  callers: readonly { readonly namespace: string; readonly host: string; readonly path: string }[],
): Manifest[] {
  const rules = callers.map(({ namespace, host, path }) => ({
    from: [{ source: { principals: [`cluster.local/ns/${namespace}/sa/x`] } }],
    to: [{ operation: { ...OPERATION, hosts: [host], paths: [path] } }],
  }));
  return [...gateway(callers.map(({ host }) => host)), policy("ALLOW", rules)];
}

function comparedOf(before: readonly Manifest[], after: readonly Manifest[]): Compared[] {
  const side = (manifests: readonly Manifest[]) => {
    const sources: Sources = {
      environments: [{ name: "dev", manifests, warnings: [] }],
      refused: [],
      leftOut: [],
    };
    return { name: "a", sources, isAbsent: false };
  };
  return compare(side(before), side(after));
}

const text = (before: readonly Manifest[], after: readonly Manifest[]) =>
  markdownText("a", "b", comparedOf(before, after));

describe("a comment", () => {
  const few = [
    { namespace: "news", host: "one.example.com", path: "/a" },
    { namespace: "news", host: "two.example.com", path: "/b/*" },
  ];

  it("has the access that is gained in its first lines, then a picture, then the rest folded", () => {
    const lines = text(granting([]), granting(few)).split("\n");
    expect(lines.slice(0, 6)).toEqual([
      "### Sallyport: access gained (2)",
      "",
      "| Access gained (2) |  | environment |",
      "| --- | --- | --- |",
      "| + `news/x → one.example.com:80` | `any /a`<br>`foreign: by objects of others` | `dev` |",
      "| + `news/x → two.example.com:80` | `any /b/*`<br>`foreign: by objects of others` | `dev` |",
    ]);
    expect(lines).toContain("  c0 ==>|gained| t1");
    expect(lines).toContain("<details><summary>Objects changed (5)</summary>");
  });

  it("says that nothing is gained where nothing is", () => {
    expect(text(granting(few), granting([]))).toMatch(
      /^### Sallyport: no access gained, access lost \(2\)\n/,
    );
    expect(text(granting(few), granting(few))).toMatch(/^### Sallyport: no access gained\n\nFrom/);
  });

  it("is one table for environments that change alike", () => {
    const [one] = comparedOf(granting([]), granting(few));
    if (one === undefined) throw new Error("nothing compared");
    const both = markdownText("a", "b", [one, { ...one, name: "prod" }]);
    expect(both).toContain(
      "| + `news/x → one.example.com:80` | `any /a`<br>`foreign: by objects of others` | `dev, prod` |",
    );
  });

  it("shows the problems of a side that is refused", () => {
    const folder = folderOf({ "dev.yaml": "environment: dev\n<b>: 1\n" });
    const sources = readSources(folder);
    const side = { name: "x", sources, isAbsent: false };
    const said = markdownText("a", "b", compare(side, side));
    expect(said).toMatch(/^### Sallyport: 1 environment refused, no access gained\n\n\| Refused \(\d+\)/);
    expect(said).toContain("`no such key here`");
  });

  it("keeps under 60,000 characters, and the gained access first, whatever the change", {
    timeout: 120_000,
  }, () => {
    const anything = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 400 }));
    const caller = fc.record({ namespace: fc.constantFrom("news", "shop"), host: anything, path: anything });
    fc.assert(
      fc.property(
        fc.array(caller, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (callers, times) => {
          const many = Array.from({ length: times }, (_, index) =>
            callers.map(({ namespace, host, path }) => ({
              namespace,
              host: `${index}${host}`,
              path: `/${path}`,
            })),
          ).flat();
          const said = text(granting([]), granting(many));
          expect(said.length).toBeLessThan(60_000);
          if (said.includes("Access gained"))
            expect(said.split("\n").slice(0, 10).join("\n")).toContain("| + ");
        },
      ),
      { numRuns: 30 },
    );
    const all = Array.from({ length: 5000 }, (_, index) => ({
      namespace: "news",
      host: `h${index}.example.com`,
      path: "/",
    }));
    const said = text(granting([]), granting(all));
    expect(said.length).toBeLessThan(60_000);
    expect(said).toMatch(/And 4\d{3} more: `sallyport diff --format json` tells all of them/);
  });
});

describe("what manifests say", () => {
  const odd = HOSTILE.flatMap((one): Manifest[] => [
    istio("Gateway", `g ${one}`, {
      selector: { app: "egress" },
      servers: [{ port: { number: 81, protocol: one }, hosts: ["*"] }],
    }),
    { apiVersion: one, kind: one, metadata: { name: one } },
  ]);
  const after = [
    ...granting(HOSTILE.map((one) => ({ namespace: `n${one}`, host: `h${one}`, path: `/${one}` }))),
    ...odd,
  ];
  const compared = comparedOf(granting([]), after);
  const said = markdownText(HOSTILE.join(" "), HOSTILE.join(" "), compared);

  it("is text in a comment: code, and never markup, a link or a name", () => {
    expect(markupIn(said)).toEqual([]);
  });

  it("is a label in the picture, and never its syntax", () => {
    const [, picture = ""] = /```mermaid\n(.*?)\n```/s.exec(said) ?? [];
    const line =
      /^(flowchart LR| {2}(c\d+\["[\w ./:…#;-]*"\]|t\d+\("[\w ./:…#;-]*"\)|c\d+ (==>\|gained\||-\.->\|lost\||-->) t\d+|more\["and \d+ more"\]))$/;
    expect(picture.split("\n").filter((one) => !line.test(one))).toEqual([]);
    expect(picture.split("\n").length).toBeGreaterThan(10);
  });

  it("steers no terminal, and keeps to its width", () => {
    const lines = terminalText("a", "b", compared, { columns: 80, isColoured: false }).split("\n");
    expect(lines.filter((line) => line.length > 80 || /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
    const coloured = terminalText("a", "b", compared, { columns: 80, isColoured: true });
    expect(stripVTControlCharacters(coloured)).toBe(lines.join("\n"));
  });
});
