import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { CannotError } from "../exit.ts";

/** The engine's command, found or installed. @throws CannotError where there is none and it can't be installed */
export async function pulumi(): Promise<PulumiCommand> {
  // Loaded when it runs: the engine's interface takes a second to load.
  const { findOrInstallEngine } = await import("../../deploy/engine.ts");
  const found = await findOrInstallEngine((version, folder) =>
    process.stderr.write(`Installing Pulumi ${version} in ${folder}\n`),
  );
  if (found.command !== undefined) return found.command;
  throw new CannotError(found.missing, "install it: https://www.pulumi.com/docs/install/");
}
