import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../../cluster/access.ts";
import { EgressEnvironment } from "../../components/index.ts";
import { makeCacheFolder } from "../../lab/cache-folder.ts";
import type { Environment } from "../../model/environment.ts";
import type { Deployment } from "./deployment.ts";

/** An install that takes longer is given up. */
const INSTALL_MILLISECONDS = 120_000;
const PROJECT = "sallyport";

/** The engine's command, or why there is none. */
export type EngineFound =
  | { readonly command: PulumiCommand; readonly missing?: never }
  | { readonly command?: never; readonly missing: string };

/**
 * Looks for the Pulumi engine on PATH.
 *
 * @param install where it may be installed to when PATH has none; nowhere where left out
 */
export async function findEngine(install?: string): Promise<EngineFound> {
  try {
    return { command: await PulumiCommand.get() };
  } catch (error) {
    if (install === undefined) return { missing: `no pulumi on PATH (${firstLine(error)})` };
  }
  try {
    await makeCacheFolder(install);
    const late = AbortSignal.timeout(INSTALL_MILLISECONDS);
    const command = await Promise.race([
      PulumiCommand.install({ root: install }),
      new Promise<never>((_, reject) => {
        late.addEventListener("abort", () => reject(new Error("it took too long")), { once: true });
      }),
    ]);
    return { command };
  } catch (error) {
    return { missing: `no pulumi on PATH, and it can't be installed (${firstLine(error)})` };
  }
}

/** A deployment by the engine, with the stack's state in a folder that ends with it. */
export interface EngineDeployment extends Deployment {
  /** The stack, for what only the engine can tell. */
  readonly stack: Stack;
  /** Removes the stack's state. */
  close(): Promise<void>;
}

/**
 * The real engine: `pulumi up` of an {@link EgressEnvironment}, in a stack of its own whose state is a temporary folder.
 *
 * @param name the stack's name
 * @param signal ends an operation as Ctrl-C would
 */
export async function engineDeployment(
  command: PulumiCommand,
  access: ClusterAccess,
  name: string,
  signal: AbortSignal,
): Promise<EngineDeployment> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-stack-"));
  let environment: Environment | undefined;
  const program = async () => {
    if (environment !== undefined) new EgressEnvironment(name, { environment, access });
  };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: PROJECT, program },
    {
      pulumiCommand: command,
      envVars: {
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
  for (const [key, value] of Object.entries(access)) await stack.setConfig(`kubernetes:${key}`, { value });
  return {
    by: `\`pulumi up\` of the components, pulumi ${command.version}`,
    stack,
    async put(next) {
      environment = next;
      await stack.up({ signal, suppressProgress: true });
    },
    async remove() {
      // The program runs along: without it the nodes would keep their marks.
      await stack.destroy({ runProgram: true, suppressProgress: true });
      environment = undefined;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n")[0] ?? "";
}
