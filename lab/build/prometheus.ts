import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { runBuildCommand } from "./build-command.ts";
import { makeOnce } from "./cache-entry.ts";
import { fingerprint } from "./fingerprint.ts";

const PACKAGE = "prometheus";
const fix = `see what apt-get says about Debian's package ${PACKAGE}`;

/** Where the package's files are: one folder for each version that apt knows. */
export async function prometheusKey(): Promise<string> {
  const policy = await runBuildCommand({ file: "apt-cache", args: ["policy", PACKAGE], limit: 60, fix });
  return fingerprint({ candidate: /Candidate: (\S+)/.exec(policy)?.[1] ?? "" });
}

/** Prometheus and promtool in a folder that {@link fetchPrometheus} filled. */
export function prometheusPrograms(path: string): { readonly prometheus: string; readonly promtool: string } {
  const program = (name: string) => join(path, "usr/bin", name);
  return { prometheus: program("prometheus"), promtool: program("promtool") };
}

/**
 * Takes Prometheus from Debian's package into the folder `path`, unless it is there. The package is not installed:
 * that would start a Prometheus on this machine.
 */
export async function fetchPrometheus(
  path: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await makeOnce(path, async (directory) => {
    const common = { directory, signal, onLine: log, fix };
    await runBuildCommand({ ...common, file: "apt-get", args: ["update", "-q"], limit: 300 });
    await runBuildCommand({ ...common, file: "apt-get", args: ["download", "-q", PACKAGE], limit: 300 });
    const archive = (await readdir(directory)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new LabError("Prometheus can't be had", "apt-get fetched nothing", fix);
    await runBuildCommand({ ...common, file: "dpkg-deb", args: ["--extract", archive, "."], limit: 120 });
  });
}
