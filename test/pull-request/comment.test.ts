import { describe, expect, it } from "vitest";
import { commentOf, type Findings, MARKER } from "../../cli/pull-request/comment.ts";
import { HOSTILE, markupIn } from "../hostile.ts";

const NOTHING: Findings = {
  problems: [],
  warnings: [],
  diff: { outcome: "nothing gained", markdown: "nothing\n" },
  previews: [],
};
const PROBLEM = {
  file: "stacks/dev.yaml",
  line: 3,
  column: 5,
  path: "hosts[0]",
  why: "<b>",
  fix: "write | it",
};

describe("the comment", () => {
  it("is the diff", () => {
    expect(commentOf(NOTHING)).toBe(`${MARKER}\nnothing\n`);
  });

  it("says that what changes can't be told", () => {
    expect(commentOf({ ...NOTHING, diff: { outcome: "failed", markdown: "" } })).toContain("can't be told");
  });

  it("folds the problems that a refused diff has named", () => {
    const diff = { outcome: "refused", markdown: "refused" } as const;
    expect(commentOf({ ...NOTHING, problems: [PROBLEM], diff })).toContain(
      "<details><summary>1 to mend</summary>",
    );
  });

  it("has the diff first, then problems and previews as text", () => {
    const comment = commentOf({
      problems: [PROBLEM],
      warnings: [],
      diff: { outcome: "gained", markdown: "the diff\n" },
      previews: [
        { stack: "dev", steps: [{ op: "create", kind: "Service", name: "egress" }] },
        { stack: "prod", steps: [], failure: "The preview failed; the job's log says why." },
      ],
    });
    expect(comment.split("\n")).toEqual([
      MARKER,
      "the diff",
      "",
      "#### 1 to mend",
      "",
      "| where | what | why | fix |",
      "| --- | --- | --- | --- |",
      "| `stacks/dev.yaml:3` | `hosts[0]` | `<b>` | <code>write &#124; it</code> |",
      "",
      "<details><summary>Preview of dev: 1 create</summary>",
      "",
      "| step | kind | name |",
      "| --- | --- | --- |",
      "| `create` | `Service` | `egress` |",
      "",
      "</details>",
      "",
      "#### Preview of prod",
      "",
      "The preview failed; the job's log says why.",
      "",
    ]);
  });

  it("has text alone of what files say", () => {
    const problems = HOSTILE.map((one) => ({
      ...PROBLEM,
      file: `stacks/${one}.yaml`,
      path: one,
      why: one,
      fix: one,
    }));
    const steps = HOSTILE.map((one) => ({ op: "create", kind: one, name: one }));
    const comment = commentOf({
      ...NOTHING,
      problems,
      warnings: problems,
      previews: [{ stack: "dev", steps }],
    });
    expect(comment.startsWith(`${MARKER}\n`)).toBe(true);
    expect(markupIn(comment.slice(MARKER.length))).toEqual([]);
  });

  it("stays below what forges take, with the whole diff and the first problems", () => {
    const many = (why: string) =>
      Array.from({ length: 5000 }, (_, line) => ({ ...PROBLEM, line, why, fix: why }));
    const previews = ["dev", "prod"].map((stack) => ({
      stack,
      steps: many("").map(() => ({ op: "create", kind: "x".repeat(300), name: "é".repeat(300) })),
    }));
    const commentWith = (markdown: string, why: string) =>
      commentOf({
        problems: many(why),
        warnings: many(why),
        diff: { outcome: "gained", markdown },
        previews,
      });
    const [short, long] = [commentWith("the diff", "why"), commentWith("x".repeat(59_999), "@é".repeat(500))];
    expect(Math.max(short.length, long.length)).toBeLessThan(65_536);
    expect(short).toContain("… and 4980 more in the job's artifact");
    expect(long).toContain(`${"x".repeat(59_999)}\n`);
    expect(long).toContain("#### 5000 to mend\n\n\n… and 5000 more");
    const tooLong = commentWith("x".repeat(70_000), "why");
    expect(tooLong.split("\n")).toEqual([MARKER, expect.stringContaining("too long for a comment"), ""]);
  });
});
