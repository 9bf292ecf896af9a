import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import sdk from "@pulumi/pulumi/package.json" with { type: "json" };
import envPaths from "env-paths";

/** An install that takes longer is given up. */
const INSTALL_MILLISECONDS = 120_000;

/** The engine's command, or why there is none. */
type EngineFound =
  | { readonly command: PulumiCommand; readonly missing?: never }
  | { readonly command?: never; readonly missing: string };

/** Looks for the Pulumi engine on PATH. */
export async function findEngine(): Promise<EngineFound> {
  try {
    return { command: await PulumiCommand.get() };
  } catch (error) {
    const why = reasonOf(error);
    return {
      missing: why.includes("ENOENT") ? "no pulumi on PATH" : `no pulumi on PATH that works (${why})`,
    };
  }
}

/**
 * The Pulumi engine: the one on PATH, else the version of the SDK in use, kept in the user's cache.
 *
 * @param onInstall told the version and the folder before it is downloaded
 */
export async function findOrInstallEngine(
  onInstall: (version: string, folder: string) => void,
): Promise<EngineFound> {
  const found = await findEngine();
  if (found.command !== undefined) return found;
  const root = join(envPaths("sallyport", { suffix: "" }).cache, `pulumi-${sdk.version}`);
  try {
    return { command: await PulumiCommand.get({ root }) };
  } catch {
    onInstall(sdk.version, root);
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it took too long")), INSTALL_MILLISECONDS);
  try {
    return { command: await Promise.race([PulumiCommand.install({ root }), late]) };
  } catch (error) {
    return { missing: `${found.missing}, and it can't be installed (${reasonOf(error)})` };
  } finally {
    clearTimeout(timer);
  }
}

/** In a line; of a program that failed, what it failed with, which stands behind a code of the interface's own. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^code: .*^ stderr: (?<why>[^\n]*)/ms.exec(text)?.groups?.why ?? text.trim().split("\n")[0] ?? "";
}
