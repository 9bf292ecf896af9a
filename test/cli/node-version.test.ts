import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { refuseOldNode } from "../../cli/node-version.ts";
import { node } from "./sallyport.ts";

it.each([
  ["22.19.0", undefined],
  ["22.20.1", undefined],
  ["24.0.0", undefined],
  ["100.1.0", undefined],
  ["22.18.9", "this is Node 22.18.9, and it needs 22.19 or later: "],
  ["20.20.2", "this is Node 20.20.2, and it needs 22.19 or later: "],
  ["9.30.0", "this is Node 9.30.0, and it needs 22.19 or later: "],
])("Node %s: %s", (version, refusal) => {
  const said = refuseOldNode(version, ">=22.19");
  if (refusal === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(refusal);
});

it("an old Node is refused in one line", () => {
  const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })`;
  const { exit, stdout, stderr } = node([
    "--import",
    `data:text/javascript,${encodeURIComponent(old)}`,
    "cli/main.ts",
    "check",
    "stacks/dev.yaml",
  ]);
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
  expect(stderr).toMatch(/^sallyport: this is Node 20\.1\.0, .+\n$/);
});

it.each(["docs/requirements.md", "docs/components.md", "docs/deploying.md"])(
  "%s names the oldest Node that is taken",
  (file) => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
    expect(readFileSync(file, "utf8")).toContain(`${engines.node.replace(">=", "")} or later`);
  },
);

it("nothing that may need a new Node is loaded before the look", () => {
  const imports = (file: string) =>
    [...readFileSync(file, "utf8").matchAll(/^import .*"(.+)";$/gm)].map(([, name]) => name);
  expect(imports("cli/main.ts")).toEqual(["node:module", "./node-version.ts"]);
  expect(imports("cli/node-version.ts")).toEqual([]);
});
