import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { folderOf } from "../folders.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const FILE = "stacks/dev.yaml";

describe("sallyport render", () => {
  it("prints every manifest as a document, the namespace before what is in it", () => {
    const { exit, stdout, stderr } = sallyport(["render", FILE]);
    const kinds = parseAllDocuments(stdout).map((document) => document.get("kind"));
    expect({ exit, stderr, count: kinds.length }).toEqual({ exit: 0, stderr: "", count: 38 });
    expect(kinds.slice(0, 3)).toEqual(["Namespace", "AuthorizationPolicy", "ServiceAccount"]);
  });

  it("--out writes the same as numbered files in rollout order, and replaces what a render wrote", () => {
    const out = join(folderOf({}), "deep", "out");
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "999-gateway-old.yaml"), "old: true\n");
    const { exit, stdout, stderr } = sallyport(["render", FILE, "--out", out]);
    expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: "", stderr: `${out}: 38 manifests\n` });
    const names = readdirSync(out).sort();
    expect(names).toHaveLength(38);
    expect(names[0]).toBe("001-foundation-namespace-egress.yaml");
    const texts = names.map((name) => `---\n${readFileSync(join(out, name), "utf8")}`);
    expect(texts.join("")).toBe(sallyport(["render", FILE]).stdout);
    expect(readdirSync(join(out, ".."))).toEqual(["out"]);
    const plain = join(out, "..", "plain");
    mkdirSync(plain);
    expect(statSync(out).mode).toBe(statSync(plain).mode);
  });

  it("--out writes to the folder that a link leads to", () => {
    const folder = folderOf({});
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "link"));
    expect(sallyport(["render", FILE, "--out", join(folder, "link")]).exit).toBe(0);
    expect(readdirSync(join(folder, "real"))).toHaveLength(38);
  });

  it.each([
    [
      "holds other files",
      "mine",
      /holds notes\.txt, which this command did not write\n {2}fix: name a new or empty folder\n$/,
    ],
    ["is a file", "mine/notes.txt", /can't be written \(ENOTDIR\)\n {2}fix: name a folder: /],
    [
      "is below a file",
      "mine/notes.txt/out",
      /can't be written \((ENOTDIR|EEXIST)\)\n {2}fix: name a folder: /,
    ],
  ])("--out leaves a place alone that %s", (_what, place, message) => {
    const folder = folderOf({ "mine/notes.txt": "kept" });
    const { exit, stdout, stderr } = sallyport(["render", FILE, "--out", join(folder, place)]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
    expect(readFileSync(join(folder, "mine/notes.txt"), "utf8")).toBe("kept");
    expect(readdirSync(folder)).toEqual(["mine"]);
  });

  it("writes nothing where the input is refused", () => {
    const folder = folderOf({ "env.yaml": `${GATEWAY}lockdwn: []\n` });
    const out = join(folder, "out");
    for (const more of [[], ["--out", out]]) {
      const { exit, stdout, stderr } = sallyport(["render", join(folder, "env.yaml"), ...more]);
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
      expect(stderr).toContain("  fix: did you mean lockdown?\n");
    }
    expect(existsSync(out)).toBe(false);
  });
});
