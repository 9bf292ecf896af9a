import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { DEV, hosts, PROD, repository } from "./repository.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A repository whose branch `change` lets dev call b.example.com, and is checked out. */
function changed() {
  const made = repository();
  made.git("switch", "--quiet", "--create", "change");
  made.commit({ "stacks/catalog/news.yaml": hosts("a.example.com", "b.example.com") });
  return made;
}

const GAINED = /\ndev\n {2}access gained \(1\)\n {4}\+ news\/\* → b\.example\.com:80\n/;

describe("a path of a git ref", () => {
  it.each([
    ["a slash at the end", (_: string) => ["main", "stacks/"]],
    ["a slash at the end, alone", () => ["main...change", "--", "stacks/"]],
    ["a slash at the end, behind a ref", () => ["main:stacks/", "change:./stacks//"]],
    ["an absolute folder", (folder: string) => ["main", `${folder}/stacks`]],
    ["an absolute folder at refs", (folder: string) => ["main...change", "--", `${folder}/stacks/`]],
    ["an absolute file", (folder: string) => ["main", `${folder}/stacks/dev.yaml`]],
    ["an absolute file at refs", (folder: string) => ["main", "change", "--", `${folder}/stacks/dev.yaml`]],
  ])("is found with %s", (_what, argsOf) => {
    const { folder, diff } = changed();
    const { exit, stdout, stderr } = diff(...argsOf(folder));
    expect([exit, stdout, stderr]).toEqual([3, expect.stringMatching(GAINED), ""]);
  });

  it("counts from the working directory, also by a link to it", () => {
    const { folder } = changed();
    const links = folderOf({});
    symlinkSync(folder, join(links, "clone"));
    symlinkSync(join(folder, "stacks"), join(links, "stacks"));
    for (const [cwd, path] of [
      [join(folder, "stacks"), "."],
      [join(folder, "stacks"), "../stacks/"],
      [join(links, "clone"), join(links, "clone/stacks")],
      [join(links, "clone/stacks"), join(links, "clone/stacks/dev.yaml")],
      [join(links, "stacks"), join(links, "stacks/dev.yaml")],
    ] as const)
      for (const refs of [["main"], ["main", "change"]]) {
        const { exit, stdout, stderr } = sallyport(["diff", ...refs, "--", path], { cwd });
        expect([path, exit, stdout, stderr]).toEqual([path, 3, expect.stringMatching(GAINED), ""]);
      }
  });

  it("is refused outside of the repository", () => {
    const { diff } = changed();
    const elsewhere = folderOf({ "dev.yaml": DEV });
    for (const path of [`${elsewhere}/dev.yaml`, ".."]) {
      const { exit, stdout, stderr } = diff("main", path);
      expect([exit, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/this is outside of the repository, so that it can't be at main \(\w{7}\)\n/);
    }
    expect(diff("main:stacks/catalog/news.yaml", `${elsewhere}/dev.yaml`).stderr).not.toContain("outside");
  });
});

describe("several paths", () => {
  /** A repository whose branch `two` changes dev and prod, and is checked out. */
  function two() {
    const made = repository();
    made.commit({ "stacks/prod.yaml": PROD });
    made.git("switch", "--quiet", "--create", "two");
    made.commit({
      "stacks/dev.yaml": `${DEV}lockdown: [{ namespace: news }]\n`,
      "stacks/prod.yaml": `${PROD}lockdown: [{ namespace: news }]\n`,
    });
    return made;
  }
  const paths = ["stacks/dev.yaml", "stacks/prod.yaml"];

  it.each([
    ["behind A...B", ["main...two", "--", ...paths]],
    ["behind A B", ["main", "two", ...paths]],
    ["behind A", ["main", ...paths]],
    ["one of which is in another", ["main", "two", "stacks/dev.yaml", "stacks"]],
  ])("%s are all compared, each environment once", (_what, args) => {
    const { stdout, stderr } = two().diff(...args);
    expect(stderr).toBe("");
    expect(stdout.match(/^\w+$/gm)).toEqual(["dev", "prod"]);
    expect(stdout.match(/protection strengthened/g)).toHaveLength(2);
  });

  it("behind -- alone are those of HEAD and of the disk", () => {
    const { folder, diff } = two();
    writeFileSync(join(folder, "stacks/prod.yaml"), PROD);
    const { exit, stdout } = diff("--", ...paths);
    expect(exit).toBe(3);
    expect(stdout).toMatch(
      /^stacks\/dev\.yaml, stacks\/prod\.yaml at HEAD \(\w+\) →\s+stacks\/dev\.yaml,\s+stacks\/prod\.yaml\n/,
    );
    expect(stdout).toMatch(/\ndev\n {2}no change\n\nprod\n {2}protection weakened/);
  });

  it("may be new or gone, which is said, but not unknown to both sides", () => {
    const { folder, diff } = two();
    rmSync(join(folder, "stacks/prod.yaml"));
    const { stdout } = diff("main", "--", ...paths);
    expect(stdout.split("\n\n")[0]?.replaceAll(/\s+/g, " ")).toContain("stacks/prod.yaml not there");
    expect(stdout).toContain("prod (removed)\n");
    const typo = diff("main", "two", "stacks/dev.yaml", "stacks/prd.yaml");
    expect([typo.exit, typo.stdout]).toEqual([1, ""]);
    expect(typo.stderr).toMatch(/"stacks\/prd\.yaml"\n {2}why: neither side has this path/);
  });

  it("with another environment of the same name each are refused", () => {
    const { folder, commit, diff } = two();
    mkdirSync(join(folder, "other"));
    commit({ "other/dev.yaml": GATEWAY });
    const { exit, stdout } = diff("main", "two", "--", "stacks", "other/dev.yaml");
    expect(exit).toBe(1);
    expect(stdout).toMatch(
      /dev \(refused\)\n {2}to:\n {4}other\/dev\.yaml:1:1\n {6}why: the environment dev is another here than at stacks/,
    );
    expect(stdout).toContain("protection strengthened");
  });

  it.each([
    ["a third file", ["stacks/dev.yaml", "stacks/prod.yaml", "stacks/catalog"], "stacks/catalog"],
    ["a path behind two files", ["stacks/dev.yaml", "stacks/prod.yaml", "--", "stacks"], "stacks"],
    ["a second path beside that of a side", ["main:stacks", "stacks", "stacks/dev.yaml"], "stacks/dev.yaml"],
    ["a path beside those of both", ["main:stacks", "two:stacks", "stacks/dev.yaml"], "stacks/dev.yaml"],
  ])("are refused where no side is left for %s", (_what, args, leftOver) => {
    const { exit, stdout, stderr } = two().diff(...args);
    expect([exit, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`"${leftOver}"\n  why: both sides have their file or folder already`);
    expect(stderr).toContain("sallyport diff A B -- PATH PATH");
  });

  it("of a side that names its own are taken by the other", () => {
    const { diff } = two();
    expect(diff("main:stacks/prod.yaml", "two").stdout).toMatch(/→\s+stacks\/prod\.yaml at two .*\n\nprod\n/);
    expect(diff("main:stacks/prod.yaml", "two", "stacks/dev.yaml").stdout).toContain("\ndev\n");
    expect(diff("main:stacks/prd.yaml", "stacks/prod.yaml")).toMatchObject({
      exit: 1,
      stdout: "",
      stderr: expect.stringContaining("the side that names this path does not have it"),
    });
  });
});

describe("sides that can't be", () => {
  it.each([[["main", ""]], [["", "main"]], [["main", "change", "--", ""]]])(
    "%j are refused, as one is empty",
    (args) => {
      const { exit, stdout, stderr } = changed().diff(...args);
      expect([exit, stdout]).toEqual([1, ""]);
      expect(stderr).toContain('""\n  why: a side or a path is empty');
    },
  );

  const alone = { ...process.env, GIT_CEILING_DIRECTORIES: "/" };

  it.each([
    [["main...HEAD"], "main"],
    [["main", "change"], "change"],
    [["a.yaml", "none.yaml"], "none.yaml"],
    [["none.yaml", "a.yaml"], "none.yaml"],
    [[], "HEAD"],
  ])("%j without a repository are told, with exit code 2", (args, name) => {
    const cwd = folderOf({ "a.yaml": GATEWAY });
    expect(sallyport(["diff", ...args], { cwd, env: alone })).toEqual({
      exit: 2,
      stdout: "",
      stderr:
        `sallyport: "${name}" is no file and no folder, and there is no git repository here whose ref it could be\n` +
        "  fix: check the path; to compare commits, run this inside the clone that has them\n",
    });
  });

  it("without git are told, with exit code 2; files need none", () => {
    const cwd = folderOf({ "a.yaml": GATEWAY, "b.yaml": GATEWAY });
    const without = { cwd, env: { PATH: "/nowhere" } };
    expect(sallyport(["diff", "main...HEAD"], without)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("there is no git"),
    });
    expect(sallyport(["diff", "a.yaml", "b.yaml"], without)).toMatchObject({ exit: 0, stderr: "" });
  });

  it.each([[[]], [["main"]]])("%j without a commit are told, with exit code 2", (args) => {
    const cwd = folderOf({ "stacks/dev.yaml": GATEWAY });
    execFileSync("git", ["init", "--quiet"], { cwd });
    expect(sallyport(["diff", ...args], { cwd })).toEqual({
      exit: 2,
      stdout: "",
      stderr:
        "sallyport: there is no commit yet to compare with\n" +
        "  fix: commit first (git add, git commit), or name two files or folders\n",
    });
  });
});
