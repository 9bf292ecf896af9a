import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { DEV, hosts, PROD, repository } from "./repository.ts";
import { sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("sallyport diff of git refs", () => {
  it("says which side does not have the path", () => {
    const { commit, diff } = repository();
    commit({ "stacks/prod.yaml": PROD });
    const { exit, stdout } = diff("HEAD~1", "HEAD", "stacks/prod.yaml");
    expect(exit).toBe(3);
    expect(stdout).toMatch(/^stacks\/prod.yaml at HEAD~1 \(\w+\), not there → stacks\/prod.yaml at HEAD\s\(/);
    expect(stdout).toContain("prod (added)\n");
  });

  it("A...B begins where B left A, and needs nothing checked out", () => {
    const { git, commit, diff } = repository();
    git("switch", "--quiet", "--create", "change");
    commit({ "stacks/catalog/news.yaml": hosts("a.example.com", "b.example.com") });
    git("switch", "--quiet", "main");
    commit({ "stacks/catalog/news.yaml": `${hosts()} []` });
    const { exit, stdout, stderr } = diff("main...change");
    expect({ exit, stderr }).toEqual({ exit: 3, stderr: "" });
    expect(stdout).toContain("+ news/* → b.example.com:80\n        everything\n");
    expect(stdout).not.toContain("a.example.com");
    const [main, change] = ["main", "change"].map((name) => git("rev-parse", name).trim());
    const [ofMain, ofChange] = [main?.slice(0, 7), change?.slice(0, 7)];
    expect(stdout).toContain(`stacks where it left main (${ofMain}) → stacks at change (${ofChange})\n`);
    expect(diff(`${main}...${change}`).stdout).toContain(
      `stacks where it left ${ofMain} → stacks at ${ofChange}\n`,
    );
    expect(diff("main..change").stdout).toContain("+ news/* → a.example.com:80");
    expect(git("status", "--porcelain")).toBe("");
  });

  it("of one ref, or none, is against the files as they are", () => {
    const { folder, diff } = repository();
    expect(diff()).toMatchObject({ exit: 0, stderr: "" });
    expect(diff().stdout).toContain("no change");
    writeFileSync(join(folder, "stacks/catalog/news.yaml"), hosts("c.example.com"));
    for (const args of [
      [],
      ["HEAD"],
      ["stacks/dev.yaml"],
      ["HEAD", "stacks"],
      ["HEAD:stacks/dev.yaml", "stacks/dev.yaml"],
    ]) {
      const { exit, stdout } = diff(...args);
      expect([exit, stdout]).toEqual([3, expect.stringMatching(/\+ news\/\* → c.*− news\/\* → a/s)]);
    }
  });

  it("pairs environments by name; one that a side lacks is added or removed", () => {
    const { git, commit, diff } = repository();
    commit({ "stacks/prod.yaml": PROD });
    git("tag", "two");
    const { exit, stdout } = diff("HEAD~1", "two");
    expect(exit).toBe(3);
    expect(stdout).toMatch(/\ndev\n {2}no change\n\nprod \(added\)\n {2}access gained \(1\)\n/);
    expect(diff("two", "HEAD~1", "--fail-on", "gained")).toMatchObject({ exit: 0 });
    expect(diff("two", "HEAD~1", "--", "stacks/prod.yaml").stdout).toMatch(
      /\nprod \(removed\)\n {2}access lost \(1\)\n/,
    );
  });

  it("of a file that is gone has all of it removed", () => {
    const { folder, diff } = repository();
    rmSync(join(folder, "stacks/dev.yaml"));
    const { exit, stdout } = diff("HEAD", "--", "stacks/dev.yaml");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/dev \(removed\)\n {2}access lost \(1\)/);
  });

  it("says what is wrong with a side, and compares the rest", () => {
    const { commit, diff } = repository();
    commit({ "stacks/prod.yaml": PROD });
    commit({
      "stacks/prod.yaml": `${PROD}lockdwn: []\n`,
      "stacks/dev.yaml": `${DEV}lockdown: [{ namespace: news }]\n`,
    });
    const { exit, stdout } = diff("HEAD~1", "HEAD");
    expect(exit).toBe(1);
    expect(stdout).toContain("the pods of news may call what network policies name");
    expect(stdout).toMatch(
      /prod \(refused\)\n {2}to:\n {4}stacks\/prod\.yaml:5:1 lockdwn = \[\]\n {6}why: no such key here/,
    );
  });

  it("follows symbolic links inside the folder, and none out of it", () => {
    const { folder, commit, diff } = repository();
    symlinkSync("catalog/news.yaml", join(folder, "stacks/link.yaml"));
    symlinkSync("/etc/passwd", join(folder, "stacks/catalog/out.yaml"));
    symlinkSync("../README.md", join(folder, "stacks/catalog/up.yaml"));
    commit({ "stacks/dev.yaml": DEV.replace("catalog/news", "link") });
    expect(diff("HEAD~1", "HEAD")).toMatchObject({ exit: 0 });
    for (const name of ["out", "up"]) {
      commit({ "stacks/dev.yaml": DEV.replace("news", name) });
      const { exit, stdout } = diff("HEAD~1", "HEAD");
      expect([exit, stdout]).toEqual([1, expect.stringContaining(`imports[0] = "catalog/${name}.yaml"`)]);
      expect(stdout).not.toContain("root:");
    }
  });

  it("runs nothing that the repository names", () => {
    const { folder, git, diff } = repository();
    const ran = join(folder, "ran");
    writeFileSync(join(folder, "run.sh"), `#!/bin/sh\ntouch ${ran}\ncat\n`, { mode: 0o755 });
    writeFileSync(join(folder, ".gitattributes"), "*.yaml filter=evil diff=evil\n");
    for (const key of [
      "filter.evil.smudge",
      "diff.evil.textconv",
      "diff.external",
      "core.fsmonitor",
      "core.pager",
    ])
      git("config", key, join(folder, "run.sh"));
    expect(diff("HEAD")).toMatchObject({ exit: 0 });
    expect(existsSync(ran)).toBe(false);
  });
});

describe("sallyport diff of what is not there", () => {
  it.each([
    ["a ref", ["nowhere...HEAD"], 1, /nowhere.*no file, no folder and no git ref.*git fetch/s],
    ["a file", ["nowhere.yaml", "stacks"], 1, /nowhere\.yaml.*no file, no folder and no git ref/s],
    ["an option as a ref", ["--", "--output=x"], 1, /neither side has this path/],
    ["a path", ["HEAD", "HEAD", "nowhere"], 1, /neither side has this path/],
  ])("%s is told", (_what, args, code, message) => {
    const { exit, stdout, stderr } = repository().diff(...args);
    expect([exit, stdout]).toEqual([code, ""]);
    expect(stderr).toMatch(message);
  });

  it("history in a shallow clone is told, with exit code 2", () => {
    const { folder, git, commit } = repository();
    git("switch", "--quiet", "--create", "change");
    commit({ "stacks/prod.yaml": PROD });
    git("switch", "--quiet", "main");
    commit({ "stacks/catalog/news.yaml": hosts("b.example.com") });
    const clone = join(folderOf({}), "clone");
    git("clone", "--quiet", "--depth", "1", "--no-single-branch", `file://${folder}`, clone);
    const { exit, stderr } = sallyport(["diff", "origin/main...origin/change"], { cwd: clone });
    expect([exit, stderr]).toEqual([2, expect.stringContaining("have no commit in common here")]);
  });
});

describe("sallyport diff of files", () => {
  const narrow = "stacks/staging.yaml";
  const wide = "stacks/dev.yaml";

  it.each([
    ["any", 3],
    ["weakened", 3],
    ["gained", 0],
    ["none", 0],
  ])("--fail-on %s gives %i where protection alone is weakened", (failOn, code) => {
    expect(sallyport(["diff", narrow, wide, "--fail-on", failOn]).exit).toBe(code);
  });

  it("has lines of 80 columns at most, and no colour in a pipe", () => {
    const { stdout } = sallyport(["diff", "stacks/dev.yaml", "stacks/lab/hosts.yaml"], {
      env: { ...process.env, FORCE_COLOR: "1" },
    });
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain("\u001b");
  });

  it("compares what was rendered before with what is now", () => {
    const out = join(folderOf({}), "before");
    sallyport(["render", "stacks/dev.yaml", "--out", out]);
    expect(sallyport(["diff", out, "stacks/dev.yaml"])).toMatchObject({ exit: 0, stderr: "" });
  });

  it("is JSON of a version, with what a program needs", () => {
    const { stdout } = sallyport(["diff", narrow, wide, "--format", "json"]);
    const { version, environments } = JSON.parse(stdout) as {
      version: number;
      environments: { status: string; diff: object }[];
    };
    expect([version, environments.map(({ status }) => status)]).toEqual([1, ["compared"]]);
    expect(Object.keys(environments[0]?.diff ?? {})).toEqual([
      "access",
      "protection",
      "objects",
      "cost",
      "notJudged",
    ]);
  });
});
