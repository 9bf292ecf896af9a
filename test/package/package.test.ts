import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderOf } from "../folders.ts";
import { type Installed, installPackage, runConsumer } from "./installed.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await installPackage();
}, 60_000);
afterAll(async () => {
  if (installed !== undefined) await rm(installed.project, { recursive: true });
});

describe("the package", () => {
  it("has what its manifest names, and what the lab reads", async () => {
    const { files } = installed;
    const manifest: unknown = JSON.parse(await readFile(join(installed.package, "package.json"), "utf8"));
    const named = [...JSON.stringify(manifest).matchAll(/"(?:\.\/)?(dist\/[^"]+)"/g)].map(([, path]) => path);
    expect(new Set(named).size).toBe(3);
    expect(files).toEqual(expect.arrayContaining([...named, "README.md", "LICENSE", "CHANGELOG.md"]));
    expect(files.filter((path) => path.startsWith("dist/lab/modules/")).length).toBeGreaterThan(10);
    expect(files).toContain("dist/lab/internet/main.js");
  });

  it("has no sources, tests, maps or manifests that nobody reads", () => {
    const ours = /^(README\.md|LICENSE|CHANGELOG\.md|package\.json|docs\/|examples\/|dist\/lab\/modules\/)/;
    const others = installed.files.filter((path) => !ours.test(path));
    expect(others.filter((path) => !/^dist\/.+(\.js|\.d\.ts)$/.test(path))).toEqual([]);
  });

  it("names no registry", async () => {
    const texts = await Promise.all(
      installed.files.map(async (path) => [path, await readFile(join(installed.package, path), "utf8")]),
    );
    const named = texts.filter(([, text]) => /registry\.[a-z]|npmjs|_authToken/.test(text ?? ""));
    expect(named.map(([path]) => path)).toEqual([]);
  });
});

describe("its command, from another folder", () => {
  const sallyport = async (...args: string[]) => {
    const cwd = folderOf({ "dev.yaml": "environment: dev\ngateways: [{ name: out, namespace: out }]\n" });
    const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
    const bin = join(installed.project, "node_modules/.bin/sallyport");
    const { stdout, stderr, exitCode } = await execa(bin, args, { cwd, env, reject: false });
    return { stdout, stderr, exitCode };
  };

  it("tells its version and commands", async () => {
    expect((await sallyport("--version")).stdout).toBe("0.1.0");
    expect((await sallyport("--help")).stdout).toContain("check [options] <file>");
  });

  it("checks and renders", async () => {
    const { stdout } = await sallyport("check", "dev.yaml");
    expect(stdout).toMatch(/^dev\.yaml: fine \(0 hosts behind 1 gateway take \d+ objects\)$/);
    expect((await sallyport("render", "dev.yaml")).stdout).toContain("kind: Deployment");
    const { stdout: page } = await sallyport("matrix", "dev.yaml", "--format", "html");
    expect(page).toContain("function script()");
    expect(await sallyport("check", "none.yaml")).toMatchObject({ stdout: "", exitCode: 1 });
  });

  it("finds the lab's pinned modules", async () => {
    const directories = join(installed.package, "dist/lab/build/directories.js");
    const { modulesDirectory } = (await import(directories)) as { modulesDirectory: string };
    expect(existsSync(join(modulesDirectory, "istio/go.mod"))).toBe(true);
  });
});

describe("a program of somebody else", () => {
  it.each([
    ["as an ES module", "module"],
    ["as CommonJS", "commonjs"],
  ] as const)("%s is type-checked and run", { timeout: 60_000 }, async (_, type) => {
    const { registered, typed } = await runConsumer(installed, type);
    // Its types need those of ws, which nobody has who did not ask for them.
    expect(typed.filter((path) => path.includes("@kubernetes/client-node"))).toEqual([]);
    expect(typed.filter((path) => path.endsWith("sallyport/dist/components/index.d.ts"))).toHaveLength(1);
    expect(registered).toContain("kubernetes:apps/v1:Deployment egress/egress/egress");
    expect(registered.filter((line) => line.includes(":AuthorizationPolicy "))).not.toEqual([]);
    expect(registered.length).toBeGreaterThan(15);
  });
});
