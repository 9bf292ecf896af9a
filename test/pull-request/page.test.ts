import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { EXIT } from "../../cli/exit.ts";
import { MARKER } from "../../cli/pull-request/comment.ts";
import { answers, shownIn } from "../docs/commands.ts";
import { blocksOf } from "../docs/documents.ts";
import { folderOf } from "../folders.ts";
import { startForge } from "./forge-server.ts";
import { runAction } from "./steps.ts";

const STEPS = blocksOf("console").filter(([, { document }]) => document === "docs/pull-requests.md");
const forge = await startForge();

/** The shell of somebody who follows the page. */
const ENV = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "An author",
  GIT_AUTHOR_EMAIL: "author@example.com",
  GIT_COMMITTER_NAME: "An author",
  GIT_COMMITTER_EMAIL: "author@example.com",
};

/** A clone of this repository as it is, with its dependencies. */
function cloneOf(root: string): string {
  const [source, clone] = [join(root, "source"), join(root, "clone")];
  const { stdout } = execaSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(source, file)), { recursive: true });
    cpSync(file, join(source, file));
  }
  const git = (...args: string[]) => execaSync("git", args, { cwd: source, env: ENV });
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Base");
  git("clone", "--quiet", "--bare", source, join(root, "origin.git"));
  git("clone", "--quiet", join(root, "origin.git"), clone);
  symlinkSync(resolve("node_modules"), join(clone, "node_modules"));
  return clone;
}

describe("docs/pull-requests.md, from a clone to a commented pull request", { timeout: 120_000 }, () => {
  let clone: string;
  beforeAll(() => {
    clone = cloneOf(folderOf({}));
  });
  const commit = async (revision: string) =>
    (await execa("git", ["rev-parse", revision], { cwd: clone })).stdout;

  it.each(STEPS.flatMap(([place, block]) => shownIn(block).map((step) => ({ place, ...step }))))(
    "$place: $command",
    async ({ command, answer }) => {
      if (command.startsWith("gh ")) return; // asks GitHub itself
      const { all, exitCode } = await execa("bash", ["-c", command.replace("npm run", "npm run --silent")], {
        cwd: clone,
        env: ENV,
        reject: false,
        all: true,
      });
      expect(exitCode, all).toBe(command.includes(" diff ") ? EXIT.changed : EXIT.fine);
      if (!answers(all, answer)) expect(all).toBe(answer);
    },
  );

  it("the workflow runs what is checked out, which is the base: it names no other ref", () => {
    const text = readFileSync(join(clone, ".github/workflows/egress.yml"), "utf8");
    const { on, jobs } = parse(text) as {
      on: object;
      jobs: { egress: { steps: { uses: string; with?: object }[] } };
    };
    expect(Object.keys(on)).toEqual(["pull_request_target"]);
    const { steps } = jobs.egress;
    expect(steps.map(({ uses }) => uses.replace(/@.*/, ""))).toEqual([
      "actions/checkout",
      "./",
      "actions/upload-artifact",
    ]);
    expect(steps[0]?.with).toEqual({ "fetch-depth": 0 });
  });

  it("the action then comments", async () => {
    const [base, head] = [await commit("origin/main"), await commit("origin/dw")];
    await execa("git", ["checkout", "--quiet", "main"], { cwd: clone });
    const temporary = folderOf({ output: "", summary: "" });
    const pull_request = { number: 7, base: { sha: base }, head: { sha: head } };
    const ran = await runAction(
      { github: { token: "a-token", event: { pull_request } }, inputs: {} },
      clone,
      {
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        RUNNER_TEMP: temporary,
        GITHUB_ACTION_PATH: resolve("."),
        GITHUB_OUTPUT: join(temporary, "output"),
        GITHUB_STEP_SUMMARY: join(temporary, "summary"),
        GITHUB_API_URL: forge.url,
        GITHUB_GRAPHQL_URL: `${forge.url}/graphql`,
        GITHUB_REPOSITORY: "example/egress",
      },
    );
    expect(ran.at(-1)).toMatchObject({ name: "Comment and label", exit: 0 });
    const [comment, ...others] = forge.comments;
    expect(others).toEqual([]);
    expect(comment?.body.split("\n").slice(0, 6)).toEqual([
      MARKER,
      "### Sallyport: access gained (1)",
      "",
      "| Access gained (1) |  | environment |",
      "| --- | --- | --- |",
      "| + `news/* → dw.com:443` | `everything` | `dev`, `prod`, `staging` |",
    ]);
    expect([...forge.labels]).toEqual(["access-gained"]);
  });
});
