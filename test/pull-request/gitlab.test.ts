import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { MARKER } from "../../cli/pull-request/comment.ts";
import { startForge } from "./forge-server.ts";
import { makeRepository } from "./repository.ts";
import { type Ran, runScript } from "./steps.ts";

const TEMPLATE = parse(readFileSync("templates/merge-request.yml", "utf8")) as {
  sallyport: {
    variables: Record<string, string>;
    script: string[];
    artifacts: { paths: string[]; reports: { codequality: string } };
  };
};
const { script, artifacts } = TEMPLATE.sallyport;
const NEWS = readFileSync("stacks/catalog/news.yaml", "utf8");
const MORE = `${NEWS}  - { host: www.reuters.com, tls: passthrough, allow: [{ from: { namespace: news } }] }\n`;

const forge = await startForge();
beforeEach(() => {
  forge.asked.length = 0;
});

/** Runs the template's script on a proposed commit, as a runner does: its lines in one shell, until one fails. */
async function run(
  head: string,
  { base, clone }: { base: string; clone: string },
  job: Record<string, string>,
): Promise<Omit<Ran, "name">> {
  // The clone has all of the history, and the branch, by GIT_DEPTH and the runner's own checkout.
  await runScript(`git fetch --quiet --unshallow origin && git fetch --quiet origin ${head}`, clone, {
    PATH: "/usr/bin:/bin",
  });
  return await runScript(script.join("\n"), clone, {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    SALLYPORT_HOME: resolve("."),
    SALLYPORT_FOLDER: join(clone, ".sallyport"),
    CI_API_V4_URL: forge.url,
    CI_PROJECT_ID: "3",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    CI_COMMIT_SHA: head,
    ...job,
  });
}

describe("templates/merge-request.yml", { timeout: 60_000 }, () => {
  it("gives a merge request a note, a label and a code quality report", async () => {
    const repository = makeRepository();
    const head = repository.propose({ "stacks/catalog/news.yaml": MORE });
    const job = { SALLYPORT_TOKEN: "a-token" };
    const { exit, output } = await run(head, repository, job);
    expect(exit, output).toBe(0);
    expect(forge.asked.map(({ what }) => what)).toEqual([
      "PUT /projects/3/merge_requests/7",
      "GET /user",
      "GET /projects/3/merge_requests/7/notes?order_by=created_at&sort=asc&per_page=100&page=1",
      "POST /projects/3/merge_requests/7/notes",
    ]);
    expect([...forge.labels]).toEqual(["access-gained"]);
    expect(forge.comments[0]?.body).toContain("| + `news/* → www.reuters.com:443` |");
    expect(readFileSync(join(repository.clone, artifacts.reports.codequality), "utf8")).toBe("[]\n");
  });

  it("tells a fork's pipeline, which has no token, by its artifacts alone", async () => {
    const repository = makeRepository();
    const head = repository.propose({ "stacks/catalog/news.yaml": `${NEWS}  - { host: a b }\n` });
    const { exit } = await run(head, repository, {});
    expect(exit).toBe(1);
    expect(forge.asked).toEqual([]);
    expect(artifacts.paths).toEqual([".sallyport/"]);
    const report = JSON.parse(readFileSync(join(repository.clone, artifacts.reports.codequality), "utf8"));
    expect(report[0].location.path).toBe("stacks/catalog/news.yaml");
    expect(readFileSync(join(repository.clone, ".sallyport/comment.md"), "utf8")).toContain("to mend");
  });

  it("lets a note be changed, not added again", async () => {
    forge.comments.splice(0, forge.comments.length, {
      id: 9,
      author: "github-actions[bot]",
      body: `${MARKER}\nbefore`,
    });
    const repository = makeRepository();
    await run(repository.base, repository, { SALLYPORT_TOKEN: "a-token" });
    expect(forge.comments).toEqual([
      {
        id: 9,
        author: "github-actions[bot]",
        body: expect.stringContaining("### Sallyport: no access gained"),
      },
    ]);
    expect([...forge.labels]).toEqual([]);
  });
});
