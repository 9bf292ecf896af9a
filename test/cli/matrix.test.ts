import { describe, expect, it } from "vitest";
import { csv, markdown, terminalTable } from "../../cli/tables.ts";
import { sallyport } from "./sallyport.ts";

describe("sallyport matrix", () => {
  const rows = [
    "| namespace | account | host | port | allowed | refused |",
    "| --- | --- | --- | --- | --- | --- |",
    "| default | \\* | \\*.wikipedia.org | 443 | everything | everything at en.wikipedia.org |",
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
  it("of Markdown show what a cell says, and obey nothing in it", () => {
    expect(markdown(["a"], [["<b>|[x](y)\n@team"]])).toBe(
      "| a |\n| --- |\n| &lt;b&gt;\\|\\[x\\](y)<br>\\@team |",
    );
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

  it("of CSV are no formulas", () => {
    expect(csv([["=1+1", 'a,"b"', "plain"]])).toBe(`'=1+1,"a,""b""",plain`);
  });
});
