import { execFileSync } from "node:child_process";
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { loadEnvironment } from "../../model/index.ts";
import { folderOf } from "../folders.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** The exit code, and stderr with the folder's name taken out; stdout has to be empty. */
function refusalOf(folder: string, file = "env.yaml"): string {
  const { exit, stdout, stderr } = sallyport(["check", join(folder, file)]);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  return stderr.replaceAll(`${folder}/`, "").replaceAll(folder, "FOLDER");
}

describe("sallyport check", () => {
  it("says in one line that a file is fine", () => {
    expect(sallyport(["check", "stacks/dev.yaml"])).toEqual({
      exit: 0,
      stdout: "stacks/dev.yaml: fine (4 hosts behind 1 gateway take 38 objects)\n",
      stderr: "",
    });
  });

  it("gives a program JSON, of the summary or of the problems", () => {
    const fine = sallyport(["check", "--json", "stacks/dev.yaml"]);
    expect(JSON.parse(fine.stdout)).toEqual({
      environment: "dev",
      gateways: 1,
      hosts: 4,
      objects: 38,
      warnings: [],
    });
    const file = join(folderOf({ "env.yaml": `${GATEWAY}x: "\\e[31m"\n` }), "env.yaml");
    const refused = sallyport(["check", "--json", file]);
    expect({ exit: refused.exit, stdout: refused.stdout }).toEqual({ exit: 1, stdout: "" });
    expect(JSON.parse(refused.stderr)).toEqual({
      problems: [
        {
          file,
          line: 4,
          column: 1,
          path: "x",
          value: '"\\u001b[31m"',
          why: "no such key here",
          fix: expect.stringMatching(/^write one of allow, .*environment, /),
        },
      ],
    });
  });

  it("warns on stderr, or in the JSON", () => {
    const host = "{ host: example.com, tls: originate, insecureSkipVerify: true }";
    const file = join(folderOf({ "env.yaml": `${GATEWAY}hosts: [${host}]\n` }), "env.yaml");
    expect(sallyport(["check", file]).stderr).toContain(" hosts[0].insecureSkipVerify = true\n");
    const { stdout, stderr } = sallyport(["check", "--json", file]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout).warnings).toEqual([
      expect.objectContaining({ line: 4, path: "hosts[0].insecureSkipVerify" }),
    ]);
  });

  it("fails for what is past its last day, at the day that it is asked about, for its owner alone", () => {
    const rule = "{ from: { namespace: news }, until: 2030-05-31 }";
    const host = `{ host: example.com, tls: none, allow: [${rule}] }`;
    const file = join(folderOf({ "env.yaml": `${GATEWAY}owner: news\nhosts: [${host}]\n` }), "env.yaml");
    const check = (...more: string[]) => sallyport(["check", file, ...more]);
    expect(check("--now", "2030-05-01")).toMatchObject({ exit: 0, stderr: "" });
    expect(check("--now", "2030-05-31T23:59:59Z").stderr).toMatch(
      /^warning: .*:5:\d+ hosts\[0\]\.allow\[0\]\.until/,
    );
    const late = check("--now", "2030-06-01");
    expect(late).toMatchObject({ exit: 1, stdout: "" });
    expect(late.stderr).toContain("this rule has ended and is left out");
    expect(check("--now", "2030-06-01", "--owner", "news").exit).toBe(1);
    const shop = "owner: shop\nhosts: []\n";
    const both = folderOf({
      "env.yaml": `${GATEWAY}owner: news\nimports: [shop.yaml]\nhosts: [${host}]\n`,
      "shop.yaml": shop,
    });
    const others = sallyport(["check", join(both, "env.yaml"), "--now", "2030-06-01", "--owner", "shop"]);
    expect(others.exit).toBe(0);
    expect(others.stderr).toMatch(/^warning: .*this rule has ended/s);
    expect(sallyport(["render", file, "--now", "2030-06-01"])).toMatchObject({ exit: 0 });
    expect(sallyport(["render", file, "--now", "2030-06-01"]).stdout).not.toContain("example.com");
    expect(check("--now", "tomorrow").stderr).toContain("Give a day such as 2026-12-31");
  });

  it("takes no owner that no file has, as what has ended would be nobody's", () => {
    const folder = folderOf({
      "env.yaml": `${GATEWAY}owner: platform\nimports: [shop.yaml, news.yaml]\n`,
      "shop.yaml": "owner: shop\n",
      "news.yaml": "owner: news\n",
    });
    const { exit, stderr } = sallyport(["check", join(folder, "env.yaml"), "--owner", "nwes"]);
    expect(exit).toBe(1);
    expect(stderr).toContain('is owned by "nwes": write --owner news or shop or platform');
  });

  it("prints each problem on three lines, long values cut and what steers a terminal escaped", () => {
    const long = "x".repeat(5_000);
    const folder = folderOf({ "env.yaml": `${GATEWAY}hosts: [{ host: ${long}, tls: "\\e[2J\\u202e" }]\n` });
    expect(refusalOf(folder)).toBe(
      [
        `env.yaml:4:17 hosts[0].host = "${"x".repeat(78)}…`,
        "  why: a host has at most 253 characters, this one has 5000",
        "  fix: check the name",
        'env.yaml:4:5024 hosts[0].tls = "\\u001b[2J\\u202e"',
        "  why: not one of the known values",
        "  fix: write one of none, passthrough, originate, mutual, tcp",
        "env.yaml: 2 problems",
        "",
      ].join("\n"),
    );
  });
});

describe("a file that can't be read is refused:", () => {
  it("a missing one, and a folder", () => {
    const folder = folderOf({ "sub/env.yaml": GATEWAY });
    expect(refusalOf(folder, "sub/env.yaml/x")).toContain("  why: there is no such file: sub/env.yaml/x\n");
    expect(refusalOf(folder, "sub")).toContain(
      "sub:1:1\n  why: this is a folder\n  fix: name a YAML file in it\n",
    );
  });

  it("a missing one, with how to begin one that is fine", () => {
    const folder = folderOf({});
    const refusal = refusalOf(folder, "none.yaml");
    expect(refusal).toContain("none.yaml:1:1\n  why: there is no such file: none.yaml\n");
    const [, first = ""] = /a first environment is (.*), and/.exec(refusal) ?? [];
    writeFileSync(join(folder, "none.yaml"), first);
    expect(loadEnvironment(join(folder, "none.yaml")).problems).toEqual([]);
  });

  it("a catalog, with the environments that import it", () => {
    const folder = folderOf({
      "dev.yaml": `${GATEWAY}imports: [catalog/all.yaml]\n`,
      "prod.yaml": `${GATEWAY}imports: [catalog/other.yaml]\n`,
      "catalog/all.yaml": "owner: all\nimports: [news.yaml]\n",
      "catalog/news.yaml": "owner: news\nhosts: [{ host: a.example.com, tls: tls }]\n",
      "catalog/lone.yaml": "owner: lone\n",
      "catalog/other.yaml": "owner: other\n",
    });
    const why = "  why: this is a catalog, which environments import, and no environment";
    expect(refusalOf(folder, "catalog/news.yaml").split("\n")).toEqual([
      "catalog/news.yaml:1:1",
      why,
      "  fix: name the environment that imports it: dev.yaml",
      'catalog/news.yaml:2:37 hosts[0].tls = "tls"',
      "  why: not one of the known values",
      "  fix: write one of none, passthrough, originate, mutual, tcp",
      "catalog/news.yaml: 2 problems",
      "",
    ]);
    expect(refusalOf(folder, "catalog/lone.yaml")).toContain(
      `${why}\n  fix: name the environment file that imports it (imports:)\n`,
    );
    const matrix = sallyport(["matrix", join(folder, "catalog/other.yaml")]);
    expect([matrix.exit, matrix.stderr]).toEqual([
      1,
      expect.stringContaining(`imports it: ${folder}/prod.yaml`),
    ]);
  });

  it("a device and a pipe, without waiting for an end", () => {
    const folder = folderOf({});
    symlinkSync("/dev/zero", join(folder, "zero.yaml"));
    execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
    expect(refusalOf(folder, "zero.yaml")).toContain("  why: this is no regular file\n");
    expect(refusalOf(folder, "pipe.yaml")).toContain("  why: this is no regular file\n");
  });

  it("one of 50 MB, without reading it", () => {
    const folder = folderOf({});
    writeFileSync(join(folder, "env.yaml"), Buffer.alloc(50 * 2 ** 20, "a: b\n"));
    expect(refusalOf(folder)).toContain("  why: the file has 52428800 bytes; at most 8388608 are read\n");
    const [start, before] = [performance.now(), process.memoryUsage().rss];
    expect(loadEnvironment(join(folder, "env.yaml")).problems).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(20 * 2 ** 20);
  });

  it("one that is no text", () => {
    const folder = folderOf({});
    writeFileSync(join(folder, "env.yaml"), Buffer.from([0x61, 0xff, 0xfe]));
    expect(refusalOf(folder)).toContain("  why: the file is not UTF-8 text\n  fix: save it as UTF-8\n");
  });

  /** Root may read everything; as nobody the program itself has to be readable. */
  const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  it.runIf(sallyport(["--version"], uid).exit === 0)("one that this user may not read", () => {
    const folder = folderOf({ "env.yaml": GATEWAY });
    chmodSync(folder, 0o755);
    chmodSync(join(folder, "env.yaml"), 0o000);
    const { exit, stdout, stderr } = sallyport(["check", join(folder, "env.yaml")], uid);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain(
      "  why: the file may not be read\n  fix: let this user read it (chmod, chown)\n",
    );
  });
});

describe("an import is refused", () => {
  it("that leaves the environment file's folder, also by a link, or is no file", () => {
    const outside = folderOf({ "other.yaml": "owner: other\n" });
    const folder = folderOf({
      "env.yaml": `${GATEWAY}imports: [../other.yaml, /etc/passwd, link.yaml, zero.yaml, loop.yaml, ".", "a\\0b", none.yaml]\n`,
    });
    symlinkSync(join(outside, "other.yaml"), join(folder, "link.yaml"));
    symlinkSync("/dev/zero", join(folder, "zero.yaml"));
    symlinkSync("loop.yaml", join(folder, "loop.yaml"));
    const whys = refusalOf(folder)
      .split("\n")
      .filter((line) => line.startsWith("  why: "));
    const leaves = "  why: an import stays inside the environment file's folder, also behind symbolic links";
    expect(whys).toEqual([
      leaves,
      "  why: an import is a path from this file's folder",
      leaves,
      leaves,
      "  why: its symbolic links go round in a loop",
      "  why: this is a folder",
      "  why: no file can have this name",
      "  why: there is no such file",
    ]);
  });

  it("not where the folder itself is reached by a link", () => {
    const folder = folderOf({
      "stacks/env.yaml": `${GATEWAY}imports: [one.yaml, none.yaml]\n`,
      "stacks/one.yaml": "owner: one\n",
    });
    symlinkSync("stacks", join(folder, "link"));
    expect(refusalOf(folder, "link/env.yaml")).toBe(
      'link/env.yaml:4:21 imports[1] = "none.yaml"\n  why: there is no such file\n  fix: check the path; imports are read from the importing file\'s folder\nlink/env.yaml: 1 problem\n',
    );
  });

  it("where files import one another in an endless row", () => {
    const row = Object.fromEntries(
      Array.from({ length: 40 }, (_, number) => [
        `${number}.yaml`,
        `owner: o\nimports: [${number + 1}.yaml]\n`,
      ]),
    );
    expect(refusalOf(folderOf({ ...row, "env.yaml": `${GATEWAY}imports: [0.yaml]\n` }))).toContain(
      "  why: imports lead through more than 32 files in a row\n",
    );
  });
});

describe("check --context", () => {
  const cluster = { cluster: { server: "https://127.0.0.1:10" }, name: "away" };
  const context = { context: { cluster: "away", user: "away" }, name: "away" };
  const folder = folderOf({
    "env.yaml": GATEWAY,
    kubeconfig: JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [cluster],
      contexts: [context],
      users: [{ name: "away", user: {} }],
    }),
  });
  const check = (...options: string[]) =>
    sallyport(["check", join(folder, "env.yaml"), "--kubeconfig", join(folder, "kubeconfig"), ...options]);

  it("can't tell without the cluster: what is missing is told, and nothing is fine", () => {
    const unknown = check("--context", "other");
    expect(unknown).toMatchObject({ exit: 2, stdout: "" });
    expect(unknown.stderr).toContain("the kubeconfig has no context other\n  fix: use one of away\n");
    const silent = check("--context", "away");
    expect(silent).toMatchObject({ exit: 2, stdout: "" });
    expect(silent.stderr).toMatch(/^sallyport: the cluster can't be asked: .*ECONNREFUSED.*\n {2}fix: /);
  });

  it("asks no cluster for a file that is refused anyway", () => {
    writeFileSync(join(folder, "env.yaml"), `${GATEWAY}x: 1\n`);
    expect(check("--context", "away")).toMatchObject({ exit: 1, stdout: "" });
  });
});
