import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { CannotError, EXIT } from "../exit.ts";
import { helpText } from "../output/help.ts";
import { codeQuality, workflowCommands } from "./annotations.ts";
import { type Checked, checkCommit } from "./check.ts";
import { commentOf, type Diffed } from "./comment.ts";
import type { Forge } from "./forge.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { type Previewed, previewStack } from "./preview.ts";
import { publish } from "./publish.ts";

export function pullRequestCommand(): Command {
  return new Command("pull-request")
    .description("What a pipeline tells a pull request: problems on their lines, a comment, a label.")
    .addCommand(checkSubcommand())
    .addCommand(previewSubcommand())
    .addCommand(commentSubcommand())
    .addHelpText(
      "after",
      helpText(`
The steps share a folder. check reads a commit's declarations out of git and leaves what it found; diff.md and diff.exit
are what sallyport diff printed and its exit code; preview adds what the engine would do; comment tells it all.
action.yml and templates/merge-request.yml run them in this order. docs/pull-requests.md tells of their safety.

Examples:
  sallyport pull-request check origin/news --folder build/pull-request \\
    --annotate github
  sallyport pull-request preview origin/news dev --folder build/pull-request
  sallyport pull-request comment --folder build/pull-request --forge github`),
    );
}

function folderOption(): Option {
  return new Option("--folder <folder>", "where the steps leave what they found").makeOptionMandatory();
}

interface CheckOptions {
  readonly folder: string;
  readonly annotate?: "github";
}

function checkSubcommand(): Command {
  return new Command("check")
    .description("Check every environment of a commit's stacks/, as data.")
    .argument("<commit>", "in the clone that is the working directory")
    .addOption(folderOption())
    .addOption(
      new Option("--annotate <forge>", "print each problem so that it shows on its line").choices(["github"]),
    )
    .action(async (commit: string, { folder, annotate }: CheckOptions) => {
      const checked = checkCommit(commit);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "check.json"), `${JSON.stringify(checked, null, 2)}\n`);
      await writeFile(join(folder, "code-quality.json"), codeQuality(checked));
      if (annotate === "github") process.stdout.write(workflowCommands(checked));
      if (checked.problems.length > 0) process.exitCode = EXIT.refused;
    });
}

function previewSubcommand(): Command {
  return new Command("preview")
    .description(
      "Preview a stack with the declarations of a commit, by the program in the working directory.",
    )
    .argument("<commit>", "whose stacks/ is taken, and nothing else")
    .argument("<stack>", "such as dev")
    .addOption(folderOption())
    .action(async (commit: string, stack: string, { folder }: { folder: string }) => {
      const previewed = await previewStack(stack, commit);
      await mkdir(join(folder, "previews"), { recursive: true });
      await writeFile(join(folder, "previews", `${stack}.json`), `${JSON.stringify(previewed, null, 2)}\n`);
      if (previewed.failure !== undefined) process.exitCode = EXIT.refused;
    });
}

const FORGES = { github: githubOfEnvironment, gitlab: gitlabOfEnvironment } as const;

interface CommentOptions {
  readonly folder: string;
  readonly forge?: keyof typeof FORGES;
  readonly label: string;
}

function commentSubcommand(): Command {
  return new Command("comment")
    .description("Write the comment, and send it and the label where a forge is named.")
    .addOption(folderOption())
    .addOption(
      new Option("--forge <forge>", "send it, as the environment says where").choices(Object.keys(FORGES)),
    )
    .option(
      "--label <label>",
      "what marks a change that gains access or weakens protection",
      parseLabel,
      "access-gained",
    )
    .addHelpText(
      "after",
      helpText(`
The comment is also comment.md in the folder, and what GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name gets it and the outcome.

github takes GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_GRAPHQL_URL and PULL_REQUEST (its number);
gitlab takes SALLYPORT_TOKEN, CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID.

Exit code 1: there are problems, or a side is refused.`),
    )
    .action(async ({ folder, forge, label }: CommentOptions) => {
      const checked = JSON.parse(await readFile(join(folder, "check.json"), "utf8")) as Checked;
      const diff = await readDiff(folder);
      const comment = commentOf({ ...checked, diff, previews: await readPreviews(folder) });
      await writeFile(join(folder, "comment.md"), comment);
      const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = process.env;
      if (summary !== undefined) await appendFile(summary, comment);
      if (output !== undefined) await appendFile(output, `outcome=${diff.outcome}\n`);
      if (forge !== undefined) await publish(FORGES[forge](), { comment, label, outcome: diff.outcome });
      const isFine = diff.outcome === "gained" || diff.outcome === "nothing gained";
      if (checked.problems.length > 0 || !isFine) process.exitCode = EXIT.refused;
    });
}

/** GitLab takes several names at once, between commas. */
function parseLabel(label: string): string {
  if (label === "" || label.includes(",")) throw new InvalidArgumentError("Give one label, without a comma.");
  return label;
}

const OUTCOMES: Readonly<Record<string, Diffed["outcome"]>> = {
  0: "nothing gained",
  1: "refused",
  3: "gained",
};

async function readDiff(folder: string): Promise<Diffed> {
  const exit = (await readFile(join(folder, "diff.exit"), "utf8")).trim();
  return { outcome: OUTCOMES[exit] ?? "failed", markdown: await readFile(join(folder, "diff.md"), "utf8") };
}

async function readPreviews(folder: string): Promise<Previewed[]> {
  const previews = join(folder, "previews");
  const names = await readdir(previews).catch(() => []);
  const texts = await Promise.all(names.sort().map((name) => readFile(join(previews, name), "utf8")));
  return texts.map((text) => JSON.parse(text) as Previewed);
}

function githubOfEnvironment(): Forge {
  return github({
    api: variable("GITHUB_API_URL"),
    graphql: variable("GITHUB_GRAPHQL_URL"),
    repository: variable("GITHUB_REPOSITORY"),
    number: Number(variable("PULL_REQUEST")),
    token: variable("GITHUB_TOKEN"),
  });
}

function gitlabOfEnvironment(): Forge {
  return gitlab({
    api: variable("CI_API_V4_URL"),
    project: Number(variable("CI_PROJECT_ID")),
    number: Number(variable("CI_MERGE_REQUEST_IID")),
    token: variable("SALLYPORT_TOKEN"),
  });
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new CannotError(
      `${name} is not set`,
      "run it in the forge's pipeline, as action.yml and templates/ do",
    );
  return value;
}
