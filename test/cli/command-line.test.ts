import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const FILE = "stacks/dev.yaml";

describe("a reader that has had enough", () => {
  const hosts = Array.from(
    { length: 2_000 },
    (_, number) =>
      `  - { host: h${number}.example.com, tls: none, allow: [{ from: { namespace: n${number % 50} } }] }\n`,
  );
  const folder = folderOf({
    "env.yaml": `${GATEWAY}hosts:\n${hosts.join("")}`,
    "bad.yaml": `${GATEWAY}hosts:\n${hosts.join("").replaceAll("none", "nun")}`,
  });
  /** The output of the command through `head -1`, and its own exit code and stderr. */
  const piped = (command: string) =>
    spawnSync("bash", ["-c", `${command} | head -1; exit \${PIPESTATUS[0]}`], {
      encoding: "utf8",
      env: { ...process.env, NODE: process.execPath },
    });

  it("ends render quietly", () => {
    const { status, stdout, stderr } = piped(`"$NODE" cli/main.ts render ${folder}/env.yaml`);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "---\n", stderr: "" });
  });

  it("of a refusal leaves its exit code", () => {
    const { status, stderr } = piped(`"$NODE" cli/main.ts check ${folder}/bad.yaml 2>&1`);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  });

  it.runIf(existsSync("/dev/full"))("is not a full disk, which is told", () => {
    const { status, stderr } = spawnSync("bash", ["-c", `"$NODE" cli/main.ts render ${FILE} > /dev/full`], {
      encoding: "utf8",
      env: { ...process.env, NODE: process.execPath },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^sallyport: the output can't be written \(ENOSPC\)\n {2}fix: /);
  });
});

describe("the command line", () => {
  it.each([
    [["chek", FILE], "error: unknown command 'chek'\n(Did you mean check?)\n"],
    [["check", "--jsn", FILE], "error: unknown option '--jsn'\n(Did you mean --json?)\n"],
    [["check"], "error: missing required argument 'file'\n"],
    [["check", FILE, FILE], "error: too many arguments for 'check'"],
    [["render", FILE, "--out"], "error: option '--out <folder>' argument missing\n"],
    [
      ["schema", "chart"],
      "error: command-argument value 'chart' is invalid for argument 'kind'. Allowed choices are",
    ],
    [["lab", "exec", "news/sleep", "--limit", "x", "--", "id"], "argument 'x' is invalid. Give seconds"],
    [["lab", "exec", "news/sleep", "--limit=-1", "--", "id"], "argument '-1' is invalid. Give seconds"],
    [["lab", "exec", "news/sleep", "--limit", "0", "--", "id"], "argument '0' is invalid. Give seconds"],
    [["lab", "exec", "news/sleep", "--limit", "1e9", "--", "id"], "argument '1e9' is invalid. Give seconds"],
    [["lab", "exec", "news/sleep", "--limit", "86401", "--", "id"], "'86401' is invalid. Give seconds"],
    [
      ["lab", "exec", "sleep", "--", "id"],
      "'sleep' is invalid for argument 'namespace/pod'. Give namespace/pod",
    ],
    [
      ["lab", "exec", "news/", "--", "id"],
      "'news/' is invalid for argument 'namespace/pod'. Give namespace/pod",
    ],
    [["lab", "firewall", "shut"], "Allowed choices are open, gateway-nodes."],
    [["lab", "up", "--provider", "k3s"], "Allowed choices are local, kind."],
  ])("%j is refused with a hint", (args, message) => {
    const { exit, stdout, stderr } = sallyport(args);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain("(--help tells what each command takes)\n");
  });

  it("schema prints a JSON Schema", () => {
    const { exit, stdout } = sallyport(["schema"]);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: "object", required: ["environment", "gateways"] });
    expect(JSON.parse(sallyport(["schema", "catalog"]).stdout)).toMatchObject({ required: ["owner"] });
  });
});
