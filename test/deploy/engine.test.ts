import { chmodSync } from "node:fs";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import sdk from "@pulumi/pulumi/package.json" with { type: "json" };
import { afterEach, describe, expect, it, vi } from "vitest";
import { findOrInstallEngine } from "../../deploy/engine.ts";
import { folderOf } from "../folders.ts";

const program = (version: string) => `#!/bin/sh\necho v${version}\n`;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A cache and a PATH with these programs alone. */
function machineWith(files: Readonly<Record<string, string>>): string {
  const folder = folderOf(files);
  for (const name of Object.keys(files)) chmodSync(join(folder, name), 0o755);
  vi.stubEnv("PATH", join(folder, "bin"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  return folder;
}

describe("the engine", () => {
  const onInstall = vi.fn();

  it("is the one on PATH", async () => {
    machineWith({ "bin/pulumi": program(sdk.version) });
    expect((await findOrInstallEngine(onInstall)).command?.command).toBe("pulumi");
    expect(onInstall).not.toHaveBeenCalled();
  });

  it("is the one that was installed before, where PATH has none or one that is too old", async () => {
    const cached = { [`cache/sallyport/pulumi-${sdk.version}/bin/pulumi`]: program(sdk.version) };
    for (const files of [cached, { ...cached, "bin/pulumi": program("3.1.0") }]) {
      const folder = machineWith(files);
      const { command } = await findOrInstallEngine(onInstall);
      expect(command?.command).toBe(join(folder, `cache/sallyport/pulumi-${sdk.version}/bin/pulumi`));
    }
    expect(onInstall).not.toHaveBeenCalled();
  });

  it("is installed in the version of the SDK, and missed with the reason where it can't be", async () => {
    const folder = machineWith({});
    vi.spyOn(PulumiCommand, "install").mockRejectedValue(new Error("no network\nmore"));
    const { command, missing } = await findOrInstallEngine(onInstall);
    expect(onInstall).toHaveBeenCalledWith(
      sdk.version,
      join(folder, `cache/sallyport/pulumi-${sdk.version}`),
    );
    expect(command).toBeUndefined();
    expect(missing).toBe("no pulumi on PATH, and it can't be installed (no network)");
  });

  it("is missed with the reason where one is there that does not work, or an installer fails", async () => {
    machineWith({ "bin/pulumi": "#!/bin/sh\nexit 3\n" });
    const failed = "code: -2\n stdout: \n stderr: Command failed with exit code 1: /bin/sh\n err?: Error\n";
    vi.spyOn(PulumiCommand, "install").mockRejectedValue(new Error(failed));
    expect((await findOrInstallEngine(onInstall)).missing).toBe(
      "no pulumi on PATH that works (Command failed with exit code 3: pulumi version), " +
        "and it can't be installed (Command failed with exit code 1: /bin/sh)",
    );
  });
});
