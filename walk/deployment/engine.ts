import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../../cluster/access.ts";
import { EgressEnvironment } from "../../components/index.ts";
import type { Environment } from "../../model/environment.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { waitForObjects } from "../../rollout/apply.ts";
import type { Deployment } from "./deployment.ts";

const PROJECT = "sallyport";

/** So long may the last wave take to be in force. */
const LIMIT_SECONDS = 120;

/** A deployment by the engine, with the stack's state in a folder that ends with it. */
interface EngineDeployment extends Deployment {
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
      workDir: folder,
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
      // The components' last wave has no gate, and no wave waits for connections of before.
      await waitForObjects(access, planEnvironment(next), {
        istiodNamespace: next.mesh.namespace,
        limitSeconds: LIMIT_SECONDS,
      });
    },
    async remove() {
      // The program runs along: without it the nodes would keep their marks.
      await stack.destroy({ runProgram: true, suppressProgress: true });
      environment = undefined;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
