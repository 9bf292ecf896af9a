import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Block, blocksOf } from "./documents.ts";

/** `# stacks/dev.yaml, why it is here`: a yaml block's first line names its file. */
const FIRST_LINE = /^# (?<file>stacks\/[\w./-]+\.yaml)(?:, (?<remark>.+))?$/m;

/** The file that a yaml block is, and whether the document says that it is refused. */
export function declared(block: Block): { file: string; refused: boolean } {
  const { file, remark } = FIRST_LINE.exec(block.text.split("\n", 1)[0] ?? "")?.groups ?? {};
  if (file === undefined)
    throw new Error(`${block.document}:${block.line}: the first line names no file: # stacks/….yaml`);
  return { file, refused: remark === "refused" };
}

/**
 * Does something in a folder with this repository's stacks/, and the files that a document shows beside them: a git
 * repository in which origin/main has the former, and HEAD both.
 */
export async function inProjectOf<T>(document: string, act: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-docs-"));
  try {
    cpSync("stacks", join(folder, "stacks"), { recursive: true });
    commitAll(folder);
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD");
    for (const [, block] of blocksOf("yaml")) {
      if (block.document !== document) continue;
      const path = join(folder, declared(block).file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${block.text}\n`);
    }
    commitAll(folder);
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function commitAll(folder: string): void {
  git(folder, "init", "--quiet");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "--message", "change");
}

function git(folder: string, ...args: readonly string[]): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  execFileSync("git", [...identity, ...args], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}
