import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { MARKER } from "../../cli/pull-request/comment.ts";
import { folderOf } from "../folders.ts";
import { ENGINE } from "./fake-engine.ts";
import { type ForgeServer, startForge } from "./forge-server.ts";
import { makeRepository, type Repository } from "./repository.ts";
import { ACTION, type Context, type Ran, runAction } from "./steps.ts";

const NEWS = readFileSync("stacks/catalog/news.yaml", "utf8");
const PROD = readFileSync("stacks/prod.yaml", "utf8");
const MORE = `${NEWS}  - { host: www.reuters.com, tls: passthrough, allow: [{ from: { namespace: news } }] }\n`;
const BROKEN = `${NEWS}  - { host: "https://www.reuters.com", tls: passthrough }\n`;
const OWN = "github-actions[bot]";

const forge: ForgeServer = await startForge();
const repository: Repository = makeRepository();
beforeEach(() => {
  for (const list of [forge.asked, forge.comments]) list.length = 0;
  forge.labels.clear();
});

/** What a run of the action left. */
interface Run {
  readonly ran: readonly Ran[];
  readonly output: string;
  readonly exit: number | undefined;
  readonly outputs: string;
  readonly summary: string;
}

/** Runs action.yml on a proposed commit as GitHub would. */
async function run(
  head: string,
  {
    event = "pull_request_target",
    fork = false,
    inputs = {},
    job = {},
    from = repository,
  }: {
    event?: string;
    fork?: boolean;
    inputs?: Record<string, string>;
    job?: Record<string, string>;
    from?: Repository;
  } = {},
): Promise<Run> {
  const temporary = folderOf({ output: "", summary: "" });
  const context: Context = {
    github: {
      token: "a-token",
      event_name: event,
      repository: "example/egress",
      event: {
        pull_request: {
          number: 7,
          base: { sha: from.base },
          head: { sha: head, repo: { full_name: fork ? "stranger/egress" : "example/egress" } },
        },
      },
    },
    inputs,
  };
  const ran = await runAction(context, from.clone, {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: temporary,
    RUNNER_TEMP: temporary,
    GITHUB_ACTION_PATH: resolve("."),
    GITHUB_OUTPUT: join(temporary, "output"),
    GITHUB_STEP_SUMMARY: join(temporary, "summary"),
    GITHUB_API_URL: forge.url,
    GITHUB_GRAPHQL_URL: `${forge.url}/graphql`,
    GITHUB_REPOSITORY: "example/egress",
    ...job,
  });
  const read = (name: string) => readFileSync(join(temporary, name), "utf8");
  const output = ran.map((step) => step.output).join("\n");
  return { ran, output, exit: ran.at(-1)?.exit, outputs: read("output"), summary: read("summary") };
}

describe("action.yml", () => {
  it("has no expression in a script, so that no author's text becomes code", () => {
    for (const { run: script = "" } of ACTION.runs.steps) expect(script).not.toContain("${{");
  });

  it("uses others' actions by a commit alone", () => {
    const used = ACTION.runs.steps.flatMap(({ uses }) => uses ?? []);
    expect(used).toEqual([expect.stringMatching(/^actions\/setup-node@[0-9a-f]{40}$/)]);
  });

  it("gives the token to the last step alone", () => {
    const given = ACTION.runs.steps.map(({ env = {} }) => JSON.stringify(env).includes("inputs.token"));
    expect(given.indexOf(true)).toBe(given.length - 1);
  });
});

describe("a pull request", { timeout: 120_000 }, () => {
  const gains = () => repository.propose({ "stacks/catalog/news.yaml": MORE });

  it("that gains access gets a comment and a label", async () => {
    const { exit, outputs, summary, output } = await run(gains());
    expect(exit, output).toBe(0);
    expect(forge.comments).toEqual([{ id: 1, author: OWN, body: summary }]);
    expect(summary.split("\n").slice(0, 6)).toEqual([
      MARKER,
      "### Sallyport: access gained (1)",
      "",
      "| Access gained (1) |  | environment |",
      "| --- | --- | --- |",
      "| + `news/* → www.reuters.com:443` | `everything` | `dev`, `prod`, `staging` |",
    ]);
    expect([...forge.labels]).toEqual(["access-gained"]);
    expect(outputs).toBe("outcome=gained\n");
    expect(forge.asked.map(({ what }) => what)).toEqual([
      "POST /repos/example/egress/issues/7/labels",
      "POST /graphql",
      "GET /repos/example/egress/issues/7/comments?per_page=100&page=1",
      "POST /repos/example/egress/issues/7/comments",
    ]);
  });

  it("that changes again has its comment changed, and the label taken off where nothing is gained any more", async () => {
    for (const id of [1, 2]) forge.comments.push({ id, author: "somebody", body: "A comment" });
    await run(gains(), { inputs: { label: "more: access" } });
    expect([...forge.labels]).toEqual(["more: access"]);
    const fewer = NEWS.slice(0, NEWS.lastIndexOf("  - host:"));
    const { exit } = await run(repository.propose({ "stacks/catalog/news.yaml": fewer }), {
      inputs: { label: "more: access" },
    });
    expect(exit).toBe(0);
    expect(forge.comments.map(({ author }) => author)).toEqual(["somebody", "somebody", OWN]);
    expect(forge.comments[2]?.body).toContain("| − `news/* → edition.cnn.com:443` |");
    expect([...forge.labels]).toEqual([]);
  });

  it("gets a comment of its own where somebody has written one that looks like it", async () => {
    forge.comments.push({ id: 1, author: "somebody", body: `${MARKER}\n### Sallyport: no access gained` });
    await run(gains());
    expect(forge.comments).toHaveLength(2);
    expect(forge.comments[0]?.body).not.toContain("reuters");
  });

  it("that lets an environment grant more than the one before has it on its line, and fails", async () => {
    const own = `${PROD}hosts:\n  - { host: www.reuters.com, tls: passthrough, allow: [{ from: { namespace: news } }] }\n`;
    const { exit, output } = await run(repository.propose({ "stacks/prod.yaml": own }));
    expect(exit).toBe(1);
    const at = `file=stacks/prod.yaml,line=${PROD.split("\n").length + 1},`;
    expect(output).toContain(`\n::error ${at}`);
    const why = "staging does not let news/* call this: everything";
    expect(output).toContain(why);
    expect(forge.comments[0]?.body).toContain(`| \`${why}\` |`);
  });

  it("with a problem has it on its line, in the comment, and fails; its label stays", async () => {
    forge.labels.add("access-gained");
    const line = NEWS.split("\n").length;
    const { exit, output, outputs } = await run(repository.propose({ "stacks/catalog/news.yaml": BROKEN }));
    expect(exit).toBe(1);
    const at = `file=stacks/catalog/news.yaml,line=${line},col=13,title=sallyport%3A hosts[2].host`;
    expect(output).toContain(
      `\n::error ${at}::"https://www.reuters.com": a host has no scheme; write www.reuters.com\n`,
    );
    const [comment] = forge.comments;
    expect(comment?.body).toContain("### Sallyport: 3 environments refused");
    expect(comment?.body).toContain(`| \`stacks/catalog/news.yaml:${line}\` | \`hosts[2].host\` |`);
    expect([...forge.labels]).toEqual(["access-gained"]);
    expect(outputs).toBe("outcome=refused\n");
  });

  it("whose comparison fails says so, and fails; what it printed is no command to the runner", async () => {
    const identity = ["-c", "user.name=An author", "-c", "user.email=author@example.com"];
    const args = [...identity, "commit-tree", `${repository.base}^{tree}`, "-m", "Of no history"];
    const { stdout: orphan } = await execa("git", args, { cwd: repository.origin });
    const { exit, output } = await run(orphan);
    expect(exit).toBe(1);
    expect(forge.comments[0]?.body).toBe(
      `${MARKER}\n### Sallyport: what changes can't be told; the job's log says why\n`,
    );
    expect(output).toMatch(/^::stop-commands::(\S+)\n.*no commit in common.*\n::\1::$/ms);
  });

  it("runs no code of its branch, and reads nothing outside of stacks/", async () => {
    const mark = join(folderOf({}), "ran");
    const evil = `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`;
    const commit = repository.propose({
      "cli/main.ts": evil,
      "action.yml": `runs: { using: composite, steps: [{ run: "touch ${mark}", shell: bash }] }`,
      "package.json": JSON.stringify({ scripts: { preinstall: `touch ${mark}` } }),
      ".npmrc": "ignore-scripts=false\n",
      ".gitattributes": "* filter=evil\n",
      ".gitmodules": `[submodule "stacks/more"]\n\tpath = stacks/more\n\turl = ext::touch ${mark}\n`,
      "stacks/secret.yaml": { linkTo: "/etc/passwd" },
      "stacks/$(touch ran);touch ran;.yaml": "environment: odd\n",
      "stacks/catalog/news.yaml": MORE,
    });
    const { exit, output } = await run(commit, { fork: true });
    expect(exit).toBe(1);
    expect(forge.comments[0]?.body).toContain("| + `news/* → www.reuters.com:443` |");
    expect(output).not.toContain("root:");
    expect(existsSync(mark)).toBe(false);
    const { stdout } = await execa("git", ["status", "--porcelain"], { cwd: repository.clone });
    expect(stdout).toBe("");
    expect(readFileSync(join(repository.clone, "cli/main.ts"), "utf8")).toContain("the base's program");
  });

  it("can't be told where the token may not write: the right is named, the token is not", async () => {
    const { exit, output } = await run(repository.base, { inputs: { token: "another-token" } });
    expect(exit).toBe(2);
    expect(output).toMatch(
      /POST \/graphql: 403 Forbidden\n {2}fix: give the token the right to write comments/,
    );
    expect(output).not.toContain("another-token");
  });

  it("is what the event has to be of", async () => {
    const { ran, output } = await run("");
    expect(ran.at(-1)).toMatchObject({ name: "Fetch both sides", exit: 1 });
    expect(output).toContain("this event is of no pull request");
  });
});

describe("a preview", { timeout: 120_000 }, () => {
  const bin = folderOf({ pulumi: ENGINE });
  chmodSync(join(bin, "pulumi"), 0o755);
  const PATH = `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`;
  const WITH = {
    inputs: { preview: "dev" },
    job: { PATH, PULUMI_BACKEND_URL: "file:///nowhere", PULUMI_CONFIG_PASSPHRASE: "of a test" },
  };
  const shown = () => forge.comments[0]?.body.includes("Preview of dev") === true;

  it("is of the pull request's declarations by the base's program", async () => {
    const { exit, output } = await run(
      repository.propose({ "stacks/catalog/news.yaml": MORE, "cli/main.ts": "" }),
      WITH,
    );
    expect(exit, output).toBe(0);
    expect(forge.comments[0]?.body.split("\n").slice(-10, -3)).toEqual([
      "<details><summary>Preview of dev: 3 update</summary>",
      "",
      "| step | kind | name |",
      "| --- | --- | --- |",
      "| `update` | `Service` | `dev` |",
      "| `update` | `Service` | `// the base's program` |",
      "| `update` | `Service` | `true` |",
    ]);
  });

  it("is not made where there are no credentials", async () => {
    const { output } = await run(repository.base, { ...WITH, job: { PATH } });
    expect(output).toContain(
      "::notice::No preview: the job has neither PULUMI_ACCESS_TOKEN nor PULUMI_BACKEND_URL",
    );
    expect(shown()).toBe(false);
  });

  it.each([
    ["of a fork", { fork: true }],
    ["in a workflow of the branch's own", { event: "pull_request" }],
  ])("is not made %s", async (_, where) => {
    const { exit } = await run(repository.base, { ...WITH, ...where });
    expect(exit).toBe(0);
    expect(shown()).toBe(false);
  });

  it("is refused where the branch itself is checked out", async () => {
    const own = makeRepository();
    const commit = own.propose({ "stacks/catalog/news.yaml": MORE });
    for (const args of [
      ["fetch", "--quiet", "origin", commit],
      ["checkout", "--quiet", commit],
    ])
      await execa("git", args, { cwd: own.clone });
    const { ran, output } = await run(commit, { ...WITH, from: own });
    expect(ran.at(-1)).toMatchObject({ name: "Preview", exit: 1 });
    expect(output).toContain("the branch's own code is checked out");
  });
});
