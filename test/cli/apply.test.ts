import { readFileSync } from "node:fs";
import { createServer as createApi } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { execa } from "execa";
import { describe, expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe.each(["apply", "delete"])("sallyport %s", (command) => {
  const folder = folderOf({
    "fine.yaml": GATEWAY,
    "bad.yaml": GATEWAY.replace("egress", "Egress"),
    "kubeconfig.yaml":
      "apiVersion: v1\nkind: Config\nclusters: [{ name: c, cluster: { server: 'https://127.0.0.1:45999' } }]\ncontexts: [{ name: c, context: { cluster: c, user: '' } }]\n",
  });
  const word = command === "delete" ? ["--yes-delete", "dev"] : [];
  const at = (context: string) => [
    "--context",
    context,
    "--kubeconfig",
    `${folder}/kubeconfig.yaml`,
    ...word,
  ];

  it("refuses a file with problems before it asks a cluster", () => {
    const { exit, stdout, stderr } = sallyport([command, `${folder}/bad.yaml`, ...at("c")]);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain("bad.yaml:3:");
  });

  it("asks for a context, and names those that there are", () => {
    expect(sallyport([command, `${folder}/fine.yaml`]).exit).toBe(1);
    const { exit, stderr } = sallyport([command, `${folder}/fine.yaml`, ...at("other")]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/no context other\n {2}fix: use one of c/);
  });

  it("tells that the cluster does not answer", () => {
    const { exit, stdout, stderr } = sallyport([command, `${folder}/fine.yaml`, ...at("c")]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toMatch(/the cluster at https:\/\/127.0.0.1:45999 does not answer: .*ECONNREFUSED/);
  });

  it("says that it was interrupted by Ctrl-C, and what to do", async () => {
    const silent = createServer(() => running.kill("SIGINT"));
    await new Promise<void>((ready) => silent.listen(0, "127.0.0.1", ready));
    const { port } = silent.address() as AddressInfo;
    const kubeconfig = `apiVersion: v1\nkind: Config\nclusters: [{ name: c, cluster: { server: 'https://127.0.0.1:${port}' } }]\ncontexts: [{ name: c, context: { cluster: c, user: '' } }]\n`;
    const there = folderOf({ "kubeconfig.yaml": kubeconfig });
    const access = ["--context", "c", "--kubeconfig", `${there}/kubeconfig.yaml`, ...word];
    const running = execa(process.execPath, ["cli/main.ts", command, `${folder}/fine.yaml`, ...access], {
      reject: false,
    });
    const { exitCode, stdout, stderr } = await running;
    silent.close();
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 130,
      stdout: "",
      stderr: "sallyport: interrupted; run it again to finish",
    });
  });

  it.each(["0", "1.5", "soon", "90000"])("refuses a gate's limit of %s", (limit) => {
    const { exit, stderr } = sallyport([command, `${folder}/fine.yaml`, ...at("c"), "--gate-timeout", limit]);
    expect(exit).toBe(1);
    expect(stderr).toContain("Give whole seconds");
  });
});

describe("the cluster of a project's stack", () => {
  /** An API server that tells which cluster it is, and refuses all else. */
  async function run(args: readonly string[], settings: string | undefined, project = true) {
    const asked: string[] = [];
    const api = createApi(({ method, url = "" }, answer) => {
      asked.push(`${method} ${url}`);
      const isIdentity = url === "/api/v1/namespaces/kube-system";
      answer.writeHead(isIdentity ? 200 : 403, { "content-type": "application/json" });
      answer.end(JSON.stringify(isIdentity ? { metadata: { uid: "this-one" } } : { message: "not allowed" }));
    });
    await new Promise<void>((ready) => api.listen(0, "127.0.0.1", ready));
    const { port } = api.address() as AddressInfo;
    const folder = folderOf({
      ...(project ? { "Pulumi.yaml": "name: sallyport\nruntime: nodejs\n" } : {}),
      ...(settings === undefined ? {} : { "Pulumi.dev.yaml": settings }),
      "stacks/dev.yaml": GATEWAY,
      kubeconfig: `apiVersion: v1\nkind: Config\nclusters: [{ name: c, cluster: { server: 'http://127.0.0.1:${port}', insecure-skip-tls-verify: true } }]\ncontexts: [{ name: c, context: { cluster: c, user: '' } }]\n`,
    });
    const [command = "", ...options] = args;
    const to = ["--context", "c", "--kubeconfig", `${folder}/kubeconfig`, ...options];
    const { exitCode, stderr } = await execa(
      process.execPath,
      ["cli/main.ts", command, `${folder}/stacks/dev.yaml`, ...to],
      { reject: false },
    );
    api.close();
    const left = () => readFileSync(`${folder}/Pulumi.dev.yaml`, "utf8");
    return { exitCode, stderr, asked, left };
  }
  const RECORDED = "# Of the team.\nconfig:\n  kubernetes:context: c\n  sallyport:cluster: another-one\n";
  const OTHER = RECORDED.replace("another-one", "this-one");
  const NONE = RECORDED.replace(/ {2}sallyport.*\n/, "");
  const DELETE = ["delete", "--yes-delete", "dev"];

  it.each([[["apply"]], [["apply", "--dry-run"]], [DELETE]])("is no other one, for %s", async (args) => {
    const { exitCode, stderr, asked, left } = await run(args, RECORDED);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /stack dev belongs to another cluster \(another-one\) .* context c \(this-one\)\n {2}fix: .*--context/,
    );
    expect(asked).toEqual(["GET /api/v1/namespaces/kube-system"]);
    expect(left()).toBe(RECORDED);
  });

  it("is recorded by the first apply, before anything is written, and taken by the next", async () => {
    const first = await run(["apply"], NONE);
    expect(first.left()).toBe(OTHER);
    expect(first.stderr).toContain("not allowed");
    expect((await run(["apply"], undefined)).left()).toBe("config:\n  sallyport:cluster: this-one\n");
    for (const args of [["apply"], DELETE])
      expect((await run(args, OTHER)).stderr).toContain("objects can't be listed: not allowed");
  });

  it.each([[["apply", "--dry-run"]], [DELETE]])("is not recorded by %s", async (args) => {
    expect((await run(args, NONE)).left()).toBe(NONE);
  });

  it("is any where there is no project to record it in", async () => {
    const { asked } = await run(["apply"], RECORDED, false);
    expect(asked).not.toContain("GET /api/v1/namespaces/kube-system");
  });

  it.each([[[]], [["--yes-delete", "prod"]]])(
    "loses nothing without the environment's name: %s",
    async (word) => {
      const { exitCode, stderr, asked } = await run(["delete", ...word], OTHER);
      expect({ exitCode, asked }).toEqual({ exitCode: 1, asked: [] });
      expect(stderr).toContain("nothing was taken away\n  fix: add --yes-delete dev");
    },
  );
});
