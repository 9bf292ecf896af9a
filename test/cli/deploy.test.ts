import { chmodSync, readFileSync, watch } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { GATEWAY, type Run, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** Stands for the engine: notes what it is asked; a refresh fails, or takes until it is interrupted. */
const ENGINE = `#!/bin/sh
echo "$@" >> "$NOTES"
case "$1" in
  version) echo v3.270.0 ;;
  config) echo '{}' ;;
  refresh) test -z "$REFUSE" || { echo "error: $REFUSE" >&2; exit 1; }
    trap 'echo interrupted >> "$NOTES"; exit 1' INT; while :; do sleep 0.1; done ;;
esac
`;

function project(stacks: Readonly<Record<string, string>> = { "stacks/dev.yaml": GATEWAY }) {
  const folder = folderOf({
    "Pulumi.yaml": "name: sallyport\nruntime: nodejs\n",
    "bin/pulumi": ENGINE,
    notes: "",
    ...stacks,
  });
  chmodSync(join(folder, "bin/pulumi"), 0o755);
  return folder;
}

function environmentOf(folder: string, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PULUMI_CONFIG_PASSPHRASE: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...env } = process.env;
  return { ...env, PATH: `${folder}/bin:${process.env.PATH}`, NOTES: `${folder}/notes`, ...more };
}

function run(folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Run {
  return sallyport(args, { cwd: folder, env: environmentOf(folder, more) });
}

describe.each(["up", "preview", "refresh", "destroy"])("sallyport %s", (command) => {
  const args = [command, "--stack", "dev", ...(command === "destroy" ? ["--yes-destroy", "dev"] : [])];

  it("asks for a stack", () => {
    expect(run(project(), [command])).toMatchObject({ exit: 1, stdout: "" });
  });

  it("needs a project", () => {
    const { exit, stderr } = run(folderOf({}), args);
    expect(exit).toBe(2);
    expect(stderr).toContain("no Pulumi.yaml");
  });

  it("refuses a file with problems before it asks the engine", () => {
    const folder = project({ "stacks/dev.yaml": GATEWAY.replace("egress", "Egress") });
    const { exit, stdout, stderr } = run(folder, args);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain("stacks/dev.yaml:3:");
    expect(readFileSync(`${folder}/notes`, "utf8")).toBe("");
  });

  it("says that it needs a passphrase", () => {
    const { exit, stdout, stderr } = run(project(), args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toMatch(/no passphrase .*\n {2}fix: set PULUMI_CONFIG_PASSPHRASE/);
  });
});

describe("sallyport destroy", () => {
  it.each([
    ["none was given", []],
    ["it is another stack's", ["--yes-destroy", "prod"]],
  ])("takes nothing away without the stack's name as its word: %s", (_, word) => {
    const folder = project();
    const { exit, stderr } = run(folder, ["destroy", "--stack", "dev", ...word]);
    expect(exit).toBe(1);
    expect(stderr).toContain("fix: add --yes-destroy dev");
    expect(readFileSync(`${folder}/notes`, "utf8")).toBe("");
  });
});

describe("drift that can't be read", () => {
  it("is warned of, and what was asked for is done", () => {
    const folder = project();
    const env = { PULUMI_CONFIG_PASSPHRASE: "of a test", REFUSE: "the token has expired" };
    const { exit, stderr } = run(folder, ["preview", "--stack", "dev"], env);
    expect(exit).toBe(0);
    expect(stderr).toContain(
      "warning: what others changed is not known: drift of the stack dev failed: the token has expired\n",
    );
    expect(readFileSync(`${folder}/notes`, "utf8")).toMatch(/^preview /m);
  });
});

describe("Ctrl-C", () => {
  it("lets the engine end by itself, asks it once, and says what to do", async () => {
    const folder = project();
    const env = environmentOf(folder, { PULUMI_CONFIG_PASSPHRASE: "of a test" });
    const running = execa(process.execPath, [resolve("cli/main.ts"), "preview", "--stack", "dev"], {
      cwd: folder,
      env,
      reject: false,
    });
    const notes = watch(`${folder}/notes`, () => {
      if (!/^refresh/m.test(readFileSync(`${folder}/notes`, "utf8"))) return;
      notes.close();
      running.kill("SIGINT");
    });
    const { exitCode, stderr } = await running;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: "sallyport: interrupted; run it again to finish",
    });
    expect(readFileSync(`${folder}/notes`, "utf8").match(/interrupted/g)).toHaveLength(1);
  });
});
