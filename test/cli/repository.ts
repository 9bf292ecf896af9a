import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf } from "../folders.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

/** A catalog that lets everyone of news call these. */
export const hosts = (...names: readonly string[]) =>
  `owner: news\nhosts:\n${names.map((name) => `  - { host: ${name}, tls: none, allow: [{ from: { namespace: news } }] }\n`).join("")}`;
export const DEV = `${GATEWAY}imports: [catalog/news.yaml]\n`;
export const PROD = DEV.replace("dev", "prod");

interface Repository {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  readonly commit: (files: Readonly<Record<string, string>>) => void;
  readonly diff: (...args: readonly string[]) => ReturnType<typeof sallyport>;
}

/** A git repository in which `main` has stacks/ with dev and one host, and is checked out. */
export function repository(): Repository {
  const folder = folderOf({ "stacks/dev.yaml": DEV, "stacks/catalog/news.yaml": hosts("a.example.com") });
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const git = (...args: readonly string[]) =>
    execFileSync("git", [...identity, ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const commit = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    git("add", "--all");
    git("commit", "--quiet", "--message", "change");
  };
  git("init", "--quiet", "--initial-branch", "main");
  commit({});
  return { folder, git, commit, diff: (...args) => sallyport(["diff", ...args], { cwd: folder }) };
}
