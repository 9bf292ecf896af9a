import { createHash } from "node:crypto";
import { type Problem, printable } from "../../model/problem.ts";
import type { Checked } from "./check.ts";

/** The workflow commands by which GitHub shows each problem on its line. It shows ten errors and ten warnings a step. */
export function workflowCommands({ problems, warnings }: Checked): string {
  const lines = [
    ...problems.map((problem) => workflowCommand("error", problem)),
    ...warnings.map((problem) => workflowCommand("warning", problem)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function workflowCommand(level: "error" | "warning", problem: Problem): string {
  const { file, line, column, path } = problem;
  const title = path === "" ? "sallyport" : `sallyport: ${path}`;
  const properties = Object.entries({ file, line, col: column, title })
    .map(([name, value]) => `${name}=${escapeProperty(printable(String(value)))}`)
    .join(",");
  return `::${level} ${properties}::${escapeData(printable(messageOf(problem)))}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** GitLab's code quality report, which shows each problem beside its line in a merge request. */
export function codeQuality({ problems, warnings }: Checked): string {
  const entries = [
    ...problems.map((problem) => entryOf("critical", problem)),
    ...warnings.map((problem) => entryOf("minor", problem)),
  ];
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function entryOf(severity: "critical" | "minor", problem: Problem) {
  const { file, line, path, why } = problem;
  return {
    description: printable(messageOf(problem)),
    check_name: "sallyport",
    // Without the line, so that a problem which only moved is the same one.
    fingerprint: createHash("sha256")
      .update(JSON.stringify([file, path, why]))
      .digest("hex"),
    severity,
    location: { path: file, lines: { begin: line } },
  };
}

function messageOf({ value, why, fix }: Problem): string {
  return `${value === undefined ? "" : `${value}: `}${why}; ${fix}`;
}
