import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { makeOnce } from "./cache-entry.ts";
import { modulesDirectory } from "./directories.ts";
import { fileInputs, fingerprint } from "./fingerprint.ts";
import { moduleFolder } from "./module-folder.ts";

const files = ["karpenter.sh_nodepools.yaml"] as const;

/** What the custom resource definitions are taken from. */
export async function customResourcesKey(): Promise<string> {
  const directory = join(modulesDirectory, "karpenter");
  const pins = await fileInputs([join(directory, "go.mod"), join(directory, "go.sum")]);
  return fingerprint({ pins: Object.values(pins).map(String).join("\n"), files: files.join() });
}

/** The paths of the definitions in the cache folder `path`. */
export function customResourceFiles(path: string): string[] {
  return files.map((file) => join(path, file));
}

/** Puts the definitions that our manifests need, and Istio doesn't bring, into the folder `path`, unless they are there. */
export async function fetchCustomResources(path: string, signal: AbortSignal): Promise<void> {
  await makeOnce(path, async (directory) => {
    const source = await moduleFolder("karpenter", "sigs.k8s.io/karpenter", signal);
    for (const file of files)
      await copyFile(join(source, "pkg", "apis", "crds", file), join(directory, file));
  });
}
