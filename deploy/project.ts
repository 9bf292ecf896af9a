import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DeployError } from "./error.ts";

/**
 * The folder of the Pulumi project: the nearest with a Pulumi.yaml, from a folder upwards.
 *
 * @throws DeployError if there is none
 */
export function projectOf(folder: string): string {
  const project = findProject(folder);
  if (project !== undefined) return project;
  throw new DeployError(
    "there is no Pulumi.yaml in this folder or above it",
    "go to the folder of the project whose stack this is",
  );
}

/** As {@link projectOf}; undefined where there is none. */
export function findProject(folder: string): string | undefined {
  if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : findProject(above);
}
