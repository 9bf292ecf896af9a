import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectOf } from "../../deploy/project.ts";
import { requirePassphrase } from "../../deploy/stack.ts";
import { folderOf } from "../folders.ts";

describe("the project's folder", () => {
  it("is the nearest with a Pulumi.yaml", () => {
    const folder = realpathSync(folderOf({ "Pulumi.yaml": "name: a", "inner/Pulumi.yaml": "name: b" }));
    mkdirSync(join(folder, "inner/stacks"), { recursive: true });
    expect(projectOf(join(folder, "inner/stacks"))).toBe(join(folder, "inner"));
    expect(projectOf(folder)).toBe(folder);
  });

  it("is missed where there is none", () => {
    expect(() => projectOf(folderOf({}))).toThrow("no Pulumi.yaml");
  });
});

describe("a passphrase", () => {
  const FILE = "file:///srv/state";
  it.each<[string, string, string | undefined, NodeJS.ProcessEnv]>([
    ["a folder's state", FILE, undefined, {}],
    ["a bucket's state", "s3://state", "default", {}],
    ["a stack that says so", "https://api.example.com", "passphrase", {}],
    ["an empty one, which encrypts nothing", FILE, undefined, { PULUMI_CONFIG_PASSPHRASE: "" }],
  ])("is required for %s", (_, backend, provider, env) => {
    expect(() => requirePassphrase(backend, provider, env)).toThrow("there is no passphrase");
  });

  it.each<[string, string, string | undefined, NodeJS.ProcessEnv]>([
    ["one is given", FILE, undefined, { PULUMI_CONFIG_PASSPHRASE: "a" }],
    ["a file has it", FILE, undefined, { PULUMI_CONFIG_PASSPHRASE_FILE: "/a" }],
    ["a service encrypts", "https://api.example.com", undefined, {}],
    ["a key of a cloud encrypts", FILE, "awskms://alias/state", {}],
  ])("is not asked for where %s", (_, backend, provider, env) => {
    requirePassphrase(backend, provider, env);
  });
});
