import { marked } from "marked";
import { describe, expect, it } from "vitest";
import { inCode, inShortCode, linesInCode, markdownTable } from "../../cli/output/markdown.ts";
import { csv, terminalTable } from "../../cli/output/tables.ts";
import { HOSTILE, markupIn } from "../hostile.ts";
import { sallyport } from "./sallyport.ts";

describe("sallyport matrix", () => {
  const rows = [
    "| namespace | account | host | port | allowed | refused |",
    "| --- | --- | --- | --- | --- | --- |",
    "| `default` | `*` | `*.wikipedia.org` | `443` | `everything` | `everything at en.wikipedia.org` |",
  ];

  it("tells what is refused beside what is allowed", () => {
    const { stdout, exit } = sallyport([
      "matrix",
      "stacks/lab/001-all-but-english.yaml",
      "--format",
      "markdown",
    ]);
    expect(stdout.trimEnd().split("\n")).toEqual(rows);
    expect(exit).toBe(0);
  });

  it("is JSON with the environment's name", () => {
    const { stdout } = sallyport(["matrix", "stacks/lab/002-exemption.yaml", "--format", "json"]);
    const { environment, rows } = JSON.parse(stdout) as { environment: string; rows: { account: string }[] };
    expect(environment).toBe("lab-002");
    expect(rows.map(({ account }) => account)).toEqual(["*", "nobody", "politics"]);
  });

  it("shows nothing of a file with problems", () => {
    const { stdout, stderr, exit } = sallyport(["matrix", "stacks/nowhere.yaml"]);
    expect([stdout, exit]).toEqual(["", 1]);
    expect(stderr).toContain("stacks/nowhere.yaml");
  });
});

describe("tables", () => {
  it("of Markdown have text alone in their cells", () => {
    const rows = HOSTILE.map((one) => [linesInCode(one), inShortCode(one)]);
    const table = markdownTable(["a", "b"], rows);
    expect(markupIn(table)).toEqual([]);
    const [token] = marked.lexer(table);
    expect(token?.type === "table" && token.rows.map((cells: readonly unknown[]) => cells.length)).toEqual(
      rows.map(() => 2),
    );
    expect(linesInCode("a\n@team")).toBe("`a`<br>`@team`");
    expect(inCode("\u202e|")).toBe("<code>&#92;u202e&#124;</code>");
    expect(inShortCode("a".repeat(400))).toBe(`\`${"a".repeat(299)}…\``);
  });

  it("of a terminal are as wide as it is, and lose nothing", () => {
    const row = ["default", "a ".repeat(60).trim(), "x".repeat(70)];
    const lines = terminalTable(["one", "two", "three"], [row], 60).split("\n");
    expect(lines.map(({ length }) => length)).toEqual(lines.map(() => 60));
    const cells = lines
      .filter((line) => line.startsWith("│"))
      .slice(1)
      .map((line) => line.split("│"));
    const text = (column: number) => cells.map((own) => own[column]?.trim()).join(" ");
    expect(text(2).trim().replaceAll(/ +/g, " ")).toBe(row[1]);
    expect(text(3).replaceAll(" ", "")).toBe(row[2]);
  });

  it("of a terminal take cells of thousands of lines, with a rule between rows alone", () => {
    const paths = Array.from({ length: 3_000 }, (_, index) => `/path-${index}`);
    const lines = terminalTable(
      ["caller", "paths"],
      [
        ["a", paths.join("\n")],
        ["b", "/"],
      ],
    ).split("\n");
    expect(lines.filter((line) => /^│.*path-/.test(line))).toHaveLength(3_000);
    expect(lines.flatMap((line, index) => (line.startsWith("├") ? [index] : []))).toEqual([2, 3_003]);
  });

  it("of a terminal take time by the number of their rows, and no more", () => {
    const rows = Array.from({ length: 16_000 }, (_, index) => [
      `team/a${index}`,
      `h${index}.example.com:443`,
      "everything",
      "",
    ]);
    const before = process.cpuUsage();
    const table = terminalTable(["caller", "host", "allowed", "refused"], rows, 80);
    const { user } = process.cpuUsage(before);
    expect(table.split("\n")).toHaveLength(2 * rows.length + 3);
    // By the square of the rows it is more than ten seconds.
    expect(user / 1e6).toBeLessThan(7);
  });

  it("of a terminal keep their columns where letters are wide", () => {
    const rows = Array.from({ length: 100 }, (_, index) => [
      `row ${index}`,
      index === 70 ? "日本語".repeat(4) : "x",
    ]);
    const lines = terminalTable(["one", "two"], rows, 80).split("\n");
    expect(new Set(lines.map((line) => line.indexOf("│", 1)).filter((at) => at > 0)).size).toBe(1);
    expect(lines.filter((line) => line.length === (lines[0] ?? "").length)).toHaveLength(lines.length - 1);
    expect(lines.find((line) => line.includes("日"))).toBe(`│ row 70 │ ${"日本語".repeat(4)} │`);
  });

  it("of CSV are no formulas", () => {
    expect(csv([["=1+1", 'a,"b"', "plain"]])).toBe(`'=1+1,"a,""b""",plain`);
  });
});
