import { describe, expect, it } from "vitest";
import { commentOf, type Findings, MARKER } from "../../cli/pull-request/comment.ts";
import { stepsOf } from "../../cli/pull-request/preview.ts";

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
        { stack: "dev", steps: [{ op: "create", type: "kubernetes:core/v1:Service", name: "egress" }] },
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
      "| stacks/dev.yaml:3 | hosts\\[0\\] | &lt;b&gt; | write \\| it |",
      "",
      "<details><summary>Preview of dev: 1 create</summary>",
      "",
      "| step | type | name |",
      "| --- | --- | --- |",
      "| create | kubernetes:core/v1:Service | egress |",
      "",
      "</details>",
      "",
      "#### Preview of prod",
      "",
      "The preview failed; the job's log says why.",
      "",
    ]);
  });

  it("stays below what forges take, with the first problems", () => {
    const problems = Array.from({ length: 5000 }, (_, line) => ({ ...PROBLEM, line, why: "w".repeat(1000) }));
    const markdown = "x".repeat(200_000);
    const comment = commentOf({
      ...NOTHING,
      problems,
      warnings: problems,
      diff: { outcome: "gained", markdown },
    });
    expect(comment.length).toBeLessThan(65_536);
    expect(comment).toContain("… and 4980 more");
    expect(comment).toContain("too long to show");
  });
});

it("a preview's steps are those that change something, by the names of type and resource", () => {
  const urn = (name: string) =>
    `urn:pulumi:dev::sallyport::sallyport:Env$kubernetes:core/v1:Service::${name}`;
  const steps = [
    { op: "same", urn: urn("a") },
    { op: "update", urn: urn("egress/b") },
  ];
  expect(stepsOf(JSON.stringify({ steps }))).toEqual([
    { op: "update", type: "kubernetes:core/v1:Service", name: "egress/b" },
  ]);
});
