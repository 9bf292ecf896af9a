import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import type { DeployEvent } from "../../deploy/events.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import { linesOf } from "../deploy/lines.ts";
import { pulumi } from "../deploy/pulumi.ts";
import { CannotError, reportFailure } from "../exit.ts";
import { plainFilesAt } from "../input/git.ts";
import { knownCommit } from "./check.ts";

/** What the engine would do to a stack. */
export interface Previewed {
  readonly stack: string;
  /** What is not to stay as it is. */
  readonly steps: readonly { readonly op: string; readonly kind: string; readonly name: string }[];
  /** Why there is no preview. */
  readonly failure?: string;
}

/** A stack's name as the engine has it, and nothing that could be an option or a path. */
const STACK = /^[a-zA-Z0-9][\w.-]*$/;
/** What of the project does not stay as the working directory has it. */
const REPLACED = new Set(["stacks", ".git"]);

/** Such as `stacks/catalog/news.yaml`: a path that leads nowhere else, whatever a commit calls its files. */
const DECLARATION = /^stacks\/(?:\w[\w.-]*\/)*\w[\w.-]*\.ya?ml$/;

/**
 * Previews a stack with the declarations of a commit: the project's program and settings are those of the working
 * directory, and its `stacks/` is the commit's plain files. What the engine says beside its steps stays in the log.
 *
 * @throws CannotError where there is no such commit, or no engine
 */
export async function previewStack(stack: string, name: string): Promise<Previewed> {
  if (!STACK.test(stack))
    throw new CannotError(`${JSON.stringify(stack)} is no stack's name`, "name it as stacks/ does");
  const commit = knownCommit(name);
  const command = await pulumi();
  const project = await mkdtemp(join(tmpdir(), "sallyport-preview-"));
  const interrupted = new CannotError("interrupted", "run it again");
  const signal = endingSignal(interrupted);
  try {
    for (const part of await readdir("."))
      if (!REPLACED.has(part)) await symlink(resolve(part), join(project, part));
    for (const { path, bytes } of plainFilesAt(commit, "stacks")) {
      if (!DECLARATION.test(path)) continue;
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), bytes);
    }
    return { stack, steps: await stepsOf(command, project, stack, signal) };
  } catch (error) {
    if (error === interrupted) throw error;
    reportFailure(error);
    return { stack, steps: [], failure: "The preview failed; the job's log says why." };
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** What `sallyport preview` would tell of a stack that is there. @throws as it does */
async function stepsOf(
  command: PulumiCommand,
  project: string,
  stack: string,
  signal: AbortSignal,
): Promise<Previewed["steps"]> {
  // Loaded when they run: the engine's interface takes a second to load.
  const [{ openStack }, { preview }] = await Promise.all([
    import("../../deploy/stack.ts"),
    import("../../deploy/operations.ts"),
  ]);
  const steps: Previewed["steps"][number][] = [];
  const tell = (event: DeployEvent) => {
    process.stderr.write(linesOf(event));
    if (event.event !== "step" || event.operation !== "preview") return;
    const { op, kind, name } = event;
    steps.push({ op, kind, name });
  };
  await preview(await openStack(command, project, stack, false), { tell, signal });
  return steps;
}
