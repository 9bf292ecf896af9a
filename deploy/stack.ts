import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import {
  ConcurrentUpdateError,
  LocalWorkspace,
  type PulumiCommand,
  Stack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation/index.js";
import { DeployError } from "./error.ts";

/**
 * Opens a stack of a project, whose program is found by its folder. The state is where PULUMI_BACKEND_URL says, else
 * where Pulumi.yaml does, else in the project's folder, below .pulumi.
 *
 * @param create whether a stack that is not there is made
 * @throws DeployError if it is not there, or nothing says how its secrets are encrypted
 */
export async function openStack(
  command: PulumiCommand,
  project: string,
  name: string,
  create: boolean,
): Promise<Stack> {
  const workspace = await LocalWorkspace.create({ workDir: project, pulumiCommand: command });
  const { backend } = await workspace.projectSettings();
  const url = process.env.PULUMI_BACKEND_URL || backend?.url || `file://${project}`;
  const settings = existsSync(join(project, `Pulumi.${name}.yaml`))
    ? await workspace.stackSettings(name)
    : undefined;
  requirePassphrase(url, settings?.secretsProvider, process.env);
  workspace.envVars = {
    PULUMI_BACKEND_URL: url,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine runs the program with the first node on PATH: the one that runs this.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  };
  try {
    return await (create ? Stack.createOrSelect(name, workspace) : Stack.select(name, workspace));
  } catch (error) {
    if (error instanceof StackNotFoundError)
      throw new DeployError(
        `there is no stack ${name} in ${url}`,
        "name the state's place by PULUMI_BACKEND_URL, or deploy it first: `sallyport up` makes the stack",
        { cause: error },
      );
    throw failureOf(`the stack ${name} can't be opened`, error);
  }
}

/**
 * A stack whose secrets are not encrypted by a service is one with a passphrase.
 *
 * @throws DeployError if none is given; an empty one encrypts nothing
 */
export function requirePassphrase(
  backend: string,
  secretsProvider: string | undefined,
  { PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE }: NodeJS.ProcessEnv,
): void {
  const byPassphrase = (secretsProvider ?? "default") === "default" ? !/^https?:/.test(backend) : undefined;
  if (!(byPassphrase ?? secretsProvider === "passphrase")) return;
  if (PULUMI_CONFIG_PASSPHRASE || PULUMI_CONFIG_PASSPHRASE_FILE) return;
  throw new DeployError(
    "there is no passphrase to encrypt the stack's secrets with",
    "set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it",
  );
}

/** What the engine said was wrong, in its own words where it has some. */
export function failureOf(what: string, error: unknown): unknown {
  if (error instanceof ConcurrentUpdateError)
    return new DeployError(
      `${what}: another update of it is under way`,
      "wait for it; if none runs any more, `pulumi cancel` takes its lock away",
      { cause: error },
    );
  if (!(error instanceof Error)) return error;
  const said = error.message.match(/^error: .*$/gm) ?? [];
  const words = [...new Set(said)].map((line) => line.slice("error: ".length)).join("; ");
  return new DeployError(
    words === "" ? what : `${what}: ${words}`,
    "mend what is named and run it again; what was done stays and is not done twice",
    { cause: error },
  );
}
