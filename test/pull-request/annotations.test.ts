import { describe, expect, it } from "vitest";
import { codeQuality, workflowCommands } from "../../cli/pull-request/annotations.ts";
import { HOSTILE } from "../hostile.ts";

const PROBLEM = {
  file: "stacks/a,b:c.yaml",
  line: 3,
  column: 5,
  path: "hosts[0].host",
  value: '"100%\r\n::set-env name=A::b"',
  why: "a host has no scheme",
  fix: "write a.example",
};

describe("annotations", () => {
  it("are one workflow command each, whatever a file says", () => {
    const { path: _, ...whole } = PROBLEM;
    expect(
      workflowCommands({ environments: [], problems: [PROBLEM], warnings: [{ ...whole, path: "" }] }),
    ).toBe(
      [
        "::error file=stacks/a%2Cb%3Ac.yaml,line=3,col=5,title=sallyport%3A hosts[0].host::",
        '"100%25\\u000d\\u000a::set-env name=A::b": a host has no scheme; write a.example\n',
        "::warning file=stacks/a%2Cb%3Ac.yaml,line=3,col=5,title=sallyport::",
        '"100%25\\u000d\\u000a::set-env name=A::b": a host has no scheme; write a.example\n',
      ].join(""),
    );
  });

  it("say no other command, whatever stands in a problem", () => {
    const problems = HOSTILE.map((one) => ({
      file: `stacks/${one}.yaml`,
      line: 1,
      column: 1,
      path: one,
      value: one,
      why: one,
      fix: one,
    }));
    const lines = workflowCommands({ environments: [], problems, warnings: [] }).trimEnd().split("\n");
    expect(lines).toHaveLength(HOSTILE.length);
    const command = /^::error file=[^:,]+,line=1,col=1,title=sallyport%3A [^:,]+::[^\p{Cc}\p{Cf}]*$/u;
    expect(lines.filter((line) => !command.test(line))).toEqual([]);
  });

  it("are GitLab's code quality, with a fingerprint that stays when a line moves", () => {
    const report = (line: number) =>
      JSON.parse(codeQuality({ environments: [], problems: [{ ...PROBLEM, line }], warnings: [] }));
    const [[here], [moved]] = [report(3), report(4)];
    expect(here).toMatchObject({
      check_name: "sallyport",
      severity: "critical",
      location: { path: PROBLEM.file, lines: { begin: 3 } },
    });
    expect(here.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(moved.fingerprint).toBe(here.fingerprint);
  });
});
