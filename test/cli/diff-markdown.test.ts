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
  callers: readonly {
    readonly namespace: string;
    readonly host: string;
    readonly paths: readonly string[];
  }[],
): Manifest[] {
  const rules = callers.map(({ namespace, host, paths }) => ({
    from: [{ source: { principals: [`cluster.local/ns/${namespace}/sa/x`] } }],
    to: [{ operation: { ...OPERATION, hosts: [host], paths } }],
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
    return { name: "a", sources };
  };
  return compare(side(before), side(after));
}

const text = (before: readonly Manifest[], after: readonly Manifest[]) =>
  markdownText("a", "b", comparedOf(before, after));

describe("a comment", () => {
  /** Each of its letters takes twenty characters in a comment. */
  const WIDEST = "\u{e0001}".repeat(400);
  const few = [
    { namespace: "news", host: "one.example.com", paths: ["/a"] },
    { namespace: "news", host: "two.example.com", paths: ["/b/*"] },
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
      "| + `news/x → one.example.com:80` | `any /a`<br>`foreign: by objects of others` | `dev`, `prod` |",
    );
  });

  it("shows the problems of a side that is refused", () => {
    const folder = folderOf({ "dev.yaml": "environment: dev\n<b>: 1\n" });
    const sources = readSources(folder);
    const side = { name: "x", sources };
    const said = markdownText("a", "b", compare(side, side));
    expect(said).toMatch(/^### Sallyport: 1 environment refused, no access gained\n\n\| Refused \(\d+\)/);
    expect(said).toContain("`no such key here`");
    expect(said).toMatch(/ \| `dev`, before the change \|\n[\s\S]* \| `dev`, after the change \|\n/);
  });

  it("names every environment that gains access, or counts those that are left out", () => {
    const [one] = comparedOf(granting([]), granting(few));
    if (one === undefined) throw new Error("nothing compared");
    const named = (environments: readonly string[]) =>
      markdownText(
        "a",
        "b",
        environments.map((name) => ({ ...one, name })),
      );
    const names = Array.from({ length: 40 }, (_, index) => `environment-of-team-${index}`);
    expect(named(names)).toContain(` | ${names.map((name) => `\`${name}\``).join(", ")} |`);
    const many = Array.from({ length: 3_000 }, (_, index) => `environment-of-team-${index}`);
    const cell =
      named(many)
        .match(/one\.example\.com:80.*\| (.*) \|/)?.[1]
        ?.split(", ") ?? [];
    expect(cell.slice(0, -1)).toEqual(many.slice(0, cell.length - 1).map((name) => `\`${name}\``));
    expect(cell.at(-1)).toBe(`and ${3_000 - (cell.length - 1)} more`);
  });

  it("shows the first of a caller's many paths, and counts the others", () => {
    const rule = {
      from: [{ source: { principals: ["cluster.local/ns/news/sa/x"] } }],
      to: [
        {
          operation: {
            ...OPERATION,
            hosts: ["one.example.com"],
            paths: Array.from({ length: 3_600 }, (_, index) => `/${"long/".repeat(30)}${index}`),
          },
        },
      ],
    };
    const said = text(granting([]), [...gateway(["one.example.com"]), policy("ALLOW", [rule])]);
    expect(said.length).toBeLessThan(60_000);
    const [, requests = ""] = /\| \+ `news\/x → one\.example\.com:80` \| (.*) \| /.exec(said) ?? [];
    const lines = requests.split("<br>");
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.at(-1)).toBe(`and ${3_601 - (lines.length - 1)} more`);
  });

  it("keeps under 60,000 characters, and the gained access first, whatever the change", {
    timeout: 120_000,
  }, () => {
    const anything = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.constant(WIDEST),
    );
    const caller = fc.record({ namespace: fc.constantFrom("news", "shop"), host: anything, path: anything });
    const numberOf = (max: number) => fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max }));
    const size = fc.record({ times: numberOf(5), paths: numberOf(60), environments: numberOf(60) });
    fc.assert(
      fc.property(
        fc.array(caller, { minLength: 1, maxLength: 6 }),
        anything,
        size,
        (callers, name, { times, paths, environments }) => {
          const many = Array.from({ length: times }, (_, index) =>
            callers.map(({ namespace, host, path }) => ({
              namespace,
              host: `${index}${host}`,
              paths: Array.from({ length: paths }, (_, own) => `/${own}${path}`),
            })),
          ).flat();
          const [one] = comparedOf(granting([]), granting(many));
          const compared = Array.from({ length: environments }, (_, index) => ({
            ...(one as Compared),
            name: `${name}${index}`,
          }));
          const said = markdownText(name, name, compared);
          expect(said.length).toBeLessThan(60_000);
          expect(said.split("\n").slice(0, 10).join("\n")).toMatch(/Access gained[\s\S]*\| \+ /);
        },
      ),
      {
        numRuns: 12,
        examples: [
          [
            [{ namespace: "news", host: WIDEST, path: WIDEST }],
            WIDEST,
            { times: 1, paths: 60, environments: 40 },
          ],
        ],
      },
    );
  });

  it("counts the hosts that are left out", () => {
    const all = Array.from({ length: 5000 }, (_, index) => ({
      namespace: "news",
      host: `h${index}.example.com`,
      paths: ["/"],
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
    ...granting(HOSTILE.map((one) => ({ namespace: `n${one}`, host: `h${one}`, paths: [`/${one}`] }))),
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
