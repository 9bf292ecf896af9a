import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { CannotError } from "../exit.ts";
import { plainFilesAt } from "../git.ts";
import { knownCommit } from "./check.ts";

/** What the engine would do to a stack. */
export interface Previewed {
  readonly stack: string;
  /** What is not to stay as it is. */
  readonly steps: readonly { readonly op: string; readonly type: string; readonly name: string }[];
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
 */
export async function previewStack(stack: string, name: string): Promise<Previewed> {
  if (!STACK.test(stack))
    throw new CannotError(`${JSON.stringify(stack)} is no stack's name`, "name it as stacks/ does");
  const commit = knownCommit(name);
  const project = await mkdtemp(join(tmpdir(), "sallyport-preview-"));
  try {
    for (const part of await readdir("."))
      if (!REPLACED.has(part)) await symlink(resolve(part), join(project, part));
    for (const { path, bytes } of plainFilesAt(commit, "stacks")) {
      if (!DECLARATION.test(path)) continue;
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), bytes);
    }
    const { stdout, stderr, exitCode } = await execa(
      "pulumi",
      ["preview", "--json", "--non-interactive", "--stack", stack],
      { cwd: project, reject: false },
    );
    if (exitCode === undefined)
      throw new CannotError(
        "no pulumi on PATH",
        "install Pulumi's command before this step, or preview no stack",
      );
    process.stderr.write(`${stderr}\n`);
    return exitCode === 0
      ? { stack, steps: stepsOf(stdout) }
      : { stack, steps: [], failure: "The preview failed; the job's log says why." };
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** The steps of what `pulumi preview --json` prints, but those that leave all as it is. */
export function stepsOf(json: string): Previewed["steps"] {
  const { steps = [] } = JSON.parse(json) as { steps?: readonly { op: string; urn: string }[] };
  return steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn }) => {
      const [type = "", name = ""] = urn.split("::").slice(2);
      return { op, type: type.split("$").at(-1) ?? type, name };
    });
}
