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
  const at = (context: string) => ["--context", context, "--kubeconfig", `${folder}/kubeconfig.yaml`];

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
    const access = ["--context", "c", "--kubeconfig", `${there}/kubeconfig.yaml`];
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
