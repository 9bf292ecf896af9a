import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const FILE = join(
  folderOf({
    "watched.yaml": `environment: watched
gateways: [{ name: egress, namespace: egress }]
monitoring: { prometheus: { namespace: monitoring } }
`,
  }),
  "watched.yaml",
);

it("sallyport monitoring writes four files, the same each time", () => {
  const out = join(folderOf({}), "out");
  const texts = () => readdirSync(out).map((name) => readFileSync(join(out, name), "utf8"));
  const told = { exit: 0, stdout: "", stderr: `${out}: 4 files\n` };
  expect(sallyport(["monitoring", FILE, "--out", out])).toEqual(told);
  expect(readdirSync(out)).toEqual(["dashboard.json", "operator.yaml", "rules.yaml", "scrape.yaml"]);
  const first = texts();
  expect(sallyport(["monitoring", FILE, "--out", out])).toEqual(told);
  expect(texts()).toEqual(first);
});

it("sallyport monitoring says that nobody may read the metrics where the file names no Prometheus", () => {
  const out = join(folderOf({}), "out");
  const { exit, stderr } = sallyport(["monitoring", "stacks/dev.yaml", "--out", out]);
  expect(exit).toBe(0);
  expect(stderr).toMatch(
    /^warning: stacks\/dev\.yaml:1:1 monitoring\.prometheus\n {2}why: nobody may read the gateways' metrics/,
  );
});

it("sallyport monitoring leaves a folder alone that holds other files", () => {
  const folder = folderOf({ "notes.txt": "kept" });
  const { exit, stderr } = sallyport(["monitoring", FILE, "--out", folder]);
  expect({ exit, names: readdirSync(folder) }).toEqual({ exit: 2, names: ["notes.txt"] });
  expect(stderr).toMatch(/holds notes\.txt, which this command did not write/);
});
