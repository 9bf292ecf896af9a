import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { formatProblem } from "../../model/index.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { blocksOf } from "../docs/documents.ts";
import { loadTexts } from "./memory-files.ts";

/** A hang has no end; a machine under load is only slow. */
vi.setConfig({ testTimeout: 180_000 });

/** Characters that steer a terminal, reorder its text, or can't be written as UTF-8; line ends apart. */
const STEERING = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** What holds for every input: an environment that can be rendered, or problems that a reader can use. */
function expectAnswer(texts: Readonly<Record<string, string>>): void {
  const { environment, problems } = loadTexts(texts);
  expect(environment === undefined).toBe(problems.length > 0);
  if (environment !== undefined) expect(renderStream(planEnvironment(environment))).toMatch(/^---\n/);
  for (const problem of problems) {
    expect(Object.keys(texts)).toContain(problem.file);
    for (const number of [problem.line, problem.column])
      expect(Number.isInteger(number) && number >= 1, JSON.stringify(problem)).toBe(true);
    expect(problem.why).not.toBe("");
    expect(problem.fix).not.toBe("");
    expect(problem.value?.length ?? 0).toBeLessThanOrEqual(80);
    const printed = formatProblem(problem);
    expect(printed.split("\n")).toHaveLength(3);
    expect(printed).not.toMatch(STEERING);
  }
  const again = loadTexts(texts);
  expect(JSON.stringify(again.problems)).toBe(JSON.stringify(problems));
  expect(again.environment).toEqual(environment);
}

const VALID = readFileSync("stacks/prod.yaml", "utf8").replace(/imports:[\s\S]*$/, "imports: [one.yaml]\n");
const CATALOG = readFileSync("stacks/catalog/payments.yaml", "utf8");
/** The reference's examples, which have every key. */
const COMPLETE = exampleOf("# stacks/complete.yaml\n").replace("catalog/complete.yaml", "one.yaml");
const COMPLETE_CATALOG = exampleOf("# stacks/catalog/complete.yaml\n").replace("  - news.yaml", "  []");

function exampleOf(firstLine: string): string {
  const found = blocksOf("yaml").find(([, { text }]) => text.startsWith(firstLine));
  if (found === undefined) throw new Error(`no document has ${firstLine}`);
  return found[1].text;
}

const oddWord = fc.constantFrom(
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "a\0b",
  "\ufeff",
  "\u202ekey",
  "\ud800",
  "\x1b[31m",
  "",
  "off",
  "null",
  "~",
  "<<",
  "1e999",
  "0x1F",
  "*",
  "https://user@edition.cnn.com:443/x?y#z",
  "a".repeat(300),
  `${"a.".repeat(200)}b`,
  "::/0",
  "fe80::1%eth0/64",
  "news/*",
  "../../etc/passwd",
  "one.yaml",
);
const knownWord = fc.constantFrom(
  ...[
    "environment",
    "mesh",
    "gateways",
    "nodes",
    "lockdown",
    "imports",
    "owner",
    "hosts",
    "host",
    "tls",
    "port",
  ],
  ...[
    "allow",
    "from",
    "namespace",
    "serviceAccount",
    "reach",
    "cidr",
    "ports",
    "podLabels",
    "name",
    "replicas",
  ],
  ...[
    "min",
    "max",
    "provider",
    "existing",
    "karpenter",
    "names",
    "selector",
    "passthrough",
    "egress",
    "protocol",
  ],
);
const word = fc.oneof(knownWord, oddWord, fc.string({ unit: "binary", maxLength: 8 }));
const scalar = fc.oneof(
  word.map((text) => JSON.stringify(text)),
  fc.constantFrom("null", "true", "1e999", "-0", ".nan", "99999999999999999999", "0.5", "0x10", "443", "80"),
  fc.integer().map(String),
);
/** YAML text in flow style, so that keys can be what no JavaScript object would hold. */
const { tree } = fc.letrec<{ tree: string; list: string; map: string }>((tie) => ({
  tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("tree"), { maxLength: 4 }).map((entries) => `[${entries.join(", ")}]`),
  map: fc
    .array(fc.tuple(word, tie("tree")), { maxLength: 6 })
    .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`),
}));

/** Any value anywhere in a file that was fine. */
function replaceAt(text: string, place: number, by: string): string {
  const data = parse(text);
  const places = placesIn(data);
  const chosen = places[place % places.length];
  if (chosen) chosen.holder[chosen.key] = "@here@";
  return JSON.stringify(data).replace('"@here@"', () => by);
}

/** Every key of every map and every entry of every list. */
function placesIn(data: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof data !== "object" || data === null) return [];
  const holder = data as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

describe("no input makes it crash or hang, and each problem has a place, a reason and a fix:", () => {
  it("any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) =>
        expectAnswer({ "env.yaml": text }),
      ),
      { numRuns: 300 },
    );
  });

  it("pieces of YAML in any order", () => {
    const piece = fc.constantFrom(
      ...[
        "{",
        "}",
        "[",
        "]",
        ": ",
        ":",
        "- ",
        "\n",
        "\n  ",
        "\t",
        "\r\n",
        "\r",
        "&a ",
        "*a ",
        "!!set ",
        "!x ",
      ],
      ...[
        "|",
        ">",
        '"',
        "'",
        "# ",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "---\n",
        "...\n",
        "? ",
        ",",
        "<<: ",
        "@",
        "`",
      ],
      ...["\ufeff", "\0", "hosts", "gateways", "environment", "1", "off", "\u2028", "\ud800", "\\", "é"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) =>
        expectAnswer({ "env.yaml": pieces.join("") }),
      ),
      { numRuns: 1000 },
    );
  });

  it("any tree of known and odd words", () => {
    fc.assert(
      fc.property(tree, tree, (text, catalog) => expectAnswer({ "env.yaml": text, "one.yaml": catalog })),
      { numRuns: 500 },
    );
  });

  it("a good file with any value at any place", () => {
    fc.assert(
      fc.property(fc.nat(), tree, fc.nat(), tree, (place, by, catalogPlace, catalogBy) =>
        expectAnswer({
          "env.yaml": replaceAt(VALID, place, by),
          "one.yaml": replaceAt(CATALOG, catalogPlace, catalogBy),
        }),
      ),
      { numRuns: 500 },
    );
  });

  it("a file with every key, with a wrong value at each place in turn", () => {
    expect(loadTexts({ "env.yaml": COMPLETE, "one.yaml": COMPLETE_CATALOG }).problems).toEqual([]);
    for (const place of placesIn(parse(COMPLETE)).keys())
      for (const by of ['"1.2.3.4"', "15", "null", "[{}]"])
        expectAnswer({ "env.yaml": replaceAt(COMPLETE, place, by), "one.yaml": COMPLETE_CATALOG });
  });

  it("a good file with characters taken out and put in", () => {
    const change = fc.tuple(fc.nat(VALID.length), fc.nat(5), fc.string({ unit: "binary", maxLength: 2 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = changes.reduce(
          (before, [at, out, into]) => before.slice(0, at) + into + before.slice(at + out),
          VALID,
        );
        expectAnswer({ "env.yaml": text, "one.yaml": CATALOG });
      }),
      { numRuns: 300 },
    );
  });

  it("with any line ends and a byte order mark, a good file stays good", () => {
    const same = loadTexts({ "env.yaml": VALID, "one.yaml": CATALOG }).environment;
    expect(same).toBeDefined();
    for (const end of ["\r\n", "\n\n"])
      expect(loadTexts({ "env.yaml": VALID.replaceAll("\n", end), "one.yaml": CATALOG }).environment).toEqual(
        same,
      );
    expect(loadTexts({ "env.yaml": `\ufeff${VALID}`, "one.yaml": CATALOG }).environment).toEqual(same);
  });

  it.each(["[", "{", "{a: ", "[{a: ", "- ", "? ", "- - ", "!!x [", "&a [", '"a": {'])(
    "%s nested to any depth",
    (opening) => {
      for (const depth of [3, 63, 66, 200, 700, 1_500, 3_000, 6_000, 20_000])
        for (const before of ["", "hosts: ", "environment: dev\ngateways: "])
          expectAnswer({ "env.yaml": `${before}${opening.repeat(depth)}` });
    },
  );

  it("maps in maps by indentation to any depth", () => {
    for (const depth of [3, 66, 700, 2_000])
      expectAnswer({
        "env.yaml": Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:\n`).join(""),
      });
  });

  it.each<[count: number, what: string, entry: (number: number) => string, before: string]>([
    [40_000, "keys", (number) => `k${number}: 1\n`, ""],
    [10_000, "hosts", () => "- { host: a.example, tls: none }\n", "hosts:\n"],
    [10_000, "imports", (number) => `- f${number}.yaml\n`, "imports:\n"],
    [5_000, "gateways", (number) => `- { name: g${number}, namespace: n${number} }\n`, "gateways:\n"],
    [20_000, "namespaces", (number) => `- { namespace: n${number} }\n`, "lockdown:\n"],
    [20_000, "syntax errors", () => "}\n", ""],
    [20_000, "anchors", () => "- &a 1\n", ""],
  ])(
    "%d %s, whose square would take minutes",
    (count, _what, entry, before) => {
      const text = before + Array.from({ length: count }, (_, number) => entry(number)).join("");
      expect(loadTexts({ "env.yaml": text }).problems).not.toHaveLength(0);
    },
    30_000,
  );
});
