import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { columnsOf, shownOn } from "../../cli/output/terminal.ts";
import { wrapped } from "../../cli/output/wrap.ts";
import { folderOf } from "../folders.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const TERMINAL = { isTTY: true, columns: 80 };

describe("a text on lines", () => {
  it("ends them between words, and keeps a longer word whole", () => {
    const place = `stacks/${"catalog-of-a-team/".repeat(5)}news.yaml:12:5`;
    expect(wrapped(`add it to hosts[0].allow at ${place}, or above`, { columns: 40, indent: "  " })).toEqual([
      "  add it to hosts[0].allow at",
      `  ${place},`,
      "  or above",
    ]);
  });

  it("cuts a longer word where it may, at a sign if there is one", () => {
    expect(wrapped(`${"a".repeat(6)}.${"b".repeat(12)} c`, { columns: 10, cuts: true })).toEqual([
      "aaaaaa.",
      "bbbbbbbbbb",
      "bb c",
    ]);
  });

  it("is one line where there is nothing", () => {
    expect(wrapped("", TERMINAL)).toEqual([""]);
  });
});

describe("what is said on stderr", () => {
  const problem = [
    `stacks/dev.yaml:12:9 hosts[0].host = "https://${"a".repeat(70)}.example"`,
    `  why: ${"a host has no scheme ".repeat(6)}`.trimEnd(),
    `  fix: ${"write it without ".repeat(6)}`.trimEnd(),
    "",
  ].join("\n");

  it("has no line that is wider than the terminal, but for words that are", () => {
    const lines = shownOn(TERMINAL, problem).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([`    "https://${"a".repeat(70)}.example"`]);
    expect(lines[0]).toBe("stacks/dev.yaml:12:9 hosts[0].host =");
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toBe(problem.replaceAll(/\s+/g, " "));
    expect(shownOn({ isTTY: true, columns: 200 }, problem)).toBe(problem);
  });

  it("is one line a part where no terminal is, to be searched", () => {
    expect(shownOn({ isTTY: false, columns: 80 }, problem)).toBe(problem);
  });

  it("is for 80 columns where a terminal does not tell how wide it is", () => {
    expect([0, 20, 80, 120].map((columns) => columnsOf({ isTTY: true, columns }))).toEqual([80, 40, 80, 120]);
  });
});

describe.runIf(existsSync("/usr/bin/script"))("a terminal of 80 columns", () => {
  const folder = folderOf({
    "env.yaml": `${GATEWAY}a-key-that-is-not-there: { ${"a: [b], ".repeat(20)} }\n`,
  });

  it.each([
    ["a problem", `check ${folder}/env.yaml`],
    ["a file that is not there", "check stacks/nowhere.yaml"],
    ["an option at fault", "explain stacks/dev.yaml --from news --to http://edition.cnn.com"],
    ["an owner who has no file", "check stacks/dev.yaml --owner nobody"],
    ["a machine that can't", `render stacks/dev.yaml --out ${folder}/env.yaml/${"folder/".repeat(4)}`],
    ["an answer", "explain stacks/dev.yaml --from kube-system/x --to http://edition.cnn.com"],
    ["help", "lab --help"],
  ])("has no longer line of %s", (_what, command) => {
    const shown = spawnSync(
      "/usr/bin/script",
      ["-qec", `stty cols 80; "$NODE" cli/main.ts ${command}`, "/dev/null"],
      { encoding: "utf8", env: { ...process.env, NODE: process.execPath }, input: "" },
    );
    const lines = shown.stdout.replaceAll("\r", "").split("\n");
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("--help", () => {
  it.each([
    "",
    "check",
    "render",
    "matrix",
    "explain",
    "diff",
    "monitoring",
    "preview",
    "up",
    "refresh",
    "destroy",
    "apply",
    "delete",
    "pull-request",
    "pull-request check",
    "pull-request preview",
    "pull-request comment",
    "schema",
    "lab",
    "lab up",
    "lab status",
    "lab exec",
    "lab firewall",
  ])("of sallyport %s has lines of 80 columns at most", (command) => {
    const { exit, stdout } = sallyport([...command.split(" ").filter((one) => one !== ""), "--help"]);
    expect(exit).toBe(0);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("has its examples as they are typed", () => {
    const { stdout } = sallyport(["explain", "--help"]);
    expect(stdout).toContain(
      "Examples:\n  sallyport explain stacks/dev.yaml \\\n    --from news/politics --to http://",
    );
  });
});
