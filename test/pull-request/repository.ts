import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { execaSync } from "execa";
import { folderOf } from "../folders.ts";

/** A bare repository with a pull request's branch, and a clone of it in which the base is checked out. */
export interface Repository {
  readonly origin: string;
  readonly clone: string;
  readonly base: string;
  /** The commit of a pull request with these files changed; one that is `undefined` is removed. */
  propose(files: Readonly<Record<string, string | undefined | { readonly linkTo: string }>>): string;
}

/** As the author's git, with no settings of this machine. */
function git(cwd: string, ...args: readonly string[]): string {
  const identity = { name: "An author", email: "author@example.com" };
  return execaSync("git", args, {
    cwd,
    env: {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_AUTHOR_NAME: identity.name,
      GIT_AUTHOR_EMAIL: identity.email,
      GIT_COMMITTER_NAME: identity.name,
      GIT_COMMITTER_EMAIL: identity.email,
    },
  }).stdout.trim();
}

/** A project with this repository's stacks/, and its program as far as a pull request may meddle with it. */
export function makeRepository(): Repository {
  const root = folderOf({
    "author/cli/main.ts": "// the base's program\n",
    "author/Pulumi.yaml": "name: sallyport\nruntime: nodejs\n",
  });
  const [origin, author, clone] = ["origin.git", "author", "clone"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  cpSync("stacks", join(author, "stacks"), { recursive: true });
  git(author, "init", "--quiet", "--initial-branch", "main");
  git(author, "add", "--all");
  git(author, "commit", "--quiet", "--message", "Base");
  const base = git(author, "rev-parse", "HEAD");
  git(root, "clone", "--quiet", "--bare", author, origin);
  // As the forges have it: who knows a commit may fetch it.
  git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
  git(root, "clone", "--quiet", "--depth", "1", `file://${origin}`, clone);
  return {
    origin,
    clone,
    base,
    propose(files) {
      git(author, "checkout", "--quiet", "--detach", base);
      for (const [name, content] of Object.entries(files)) {
        const path = join(author, name);
        mkdirSync(dirname(path), { recursive: true });
        rmSync(path, { recursive: true, force: true });
        if (typeof content === "string") writeFileSync(path, content);
        else if (content !== undefined) symlinkSync(content.linkTo, path);
      }
      git(author, "add", "--all", "--force");
      git(author, "commit", "--quiet", "--message", "Proposed");
      git(author, "push", "--quiet", "--force", resolve(origin), "HEAD:refs/pull/7/head");
      return git(author, "rev-parse", "HEAD");
    },
  };
}
