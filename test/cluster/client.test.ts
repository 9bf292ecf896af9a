import { afterEach, describe, expect, it, vi } from "vitest";
import { connect } from "../../cluster/client.ts";
import { folderOf } from "../folders.ts";

afterEach(() => vi.unstubAllEnvs());

describe("no kubeconfig at all", () => {
  it("is told, whatever context is asked for", () => {
    vi.stubEnv("KUBECONFIG", "");
    vi.stubEnv("HOME", folderOf({}));
    for (const access of [{}, { context: "dev" }, { context: "loaded-context" }])
      expect(() => connect(access)).toThrow(
        expect.objectContaining({
          message: "there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config is not there",
          fix: expect.stringContaining("--kubeconfig"),
        }),
      );
  });
});

describe("a kubeconfig that can't be read", () => {
  it("is named where it was looked for", () => {
    expect(() => connect({ kubeconfig: "/nowhere/given" })).toThrow(
      "the kubeconfig /nowhere/given can't be read",
    );
    vi.stubEnv("KUBECONFIG", "/nowhere/config");
    expect(() => connect({})).toThrow("the kubeconfig /nowhere/config (from KUBECONFIG) can't be read");
  });

  it("is not shown where it is a text", () => {
    vi.stubEnv("KUBECONFIG", "/nowhere/config");
    expect(() => connect({ kubeconfig: "apiVersion: [hunter2" })).toThrow(/^the kubeconfig can't be read$/);
  });
});
