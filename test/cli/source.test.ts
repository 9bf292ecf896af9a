import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSources } from "../../cli/input/source.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderFiles, renderStream } from "../../render/render.ts";
import { folderOf } from "../folders.ts";
import { environmentOf } from "../stacks.ts";
import { GATEWAY, sallyport } from "./sallyport.ts";

const OBJECTS = planEnvironment(environmentOf("stacks/dev.yaml"));
const MANIFESTS = OBJECTS.map(({ manifest }) => manifest);
const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: egress\n";

/** What is wrong with a file or a folder, as `file:line:column path: why`. */
function problemsOf(files: Readonly<Record<string, string>>, path = ""): string[] {
  const folder = folderOf(files);
  return readSources(join(folder, path)).refused.flatMap(({ problems }) =>
    problems.map(({ file, line, column, path: at, why }) =>
      [`${file.slice(folder.length + 1)}:${line}:${column}`, at, why].filter((part) => part !== "").join(" "),
    ),
  );
}

describe("what a path names", () => {
  it("is an environment file, with its places", () => {
    const [dev, ...others] = readSources("stacks/dev.yaml").environments;
    expect(others).toEqual([]);
    expect(dev?.name).toBe("dev");
    expect(dev?.manifests).toEqual(MANIFESTS);
    expect(dev?.declaration?.declared[0]?.at.file).toBe("stacks/catalog/payments.yaml");
  });

  it("is a folder of them, each by its name", () => {
    const { environments, refused, leftOut } = readSources("stacks");
    expect(environments.map(({ name }) => name)).toEqual(["dev", "prod", "staging"]);
    expect([refused, leftOut]).toEqual([[], []]);
  });

  it("is refused where a file of the folder can't be read, which may be an environment", () => {
    const files = { "dev.yaml": GATEWAY, "notes.yaml": "some: notes\n" };
    expect(problemsOf({ ...files, "prod.yaml": "environment prod: [\n" })[0]).toMatch(
      /^prod\.yaml:\d+:\d+ YAML: /,
    );
    const folder = folderOf({ ...files, "prod.yaml": new Uint8Array([0xff, 0xfe]) });
    const { refused, leftOut } = readSources(folder);
    expect(refused.map(({ name, problems }) => [name, problems[0]?.why])).toEqual([
      ["prod", "the file is not UTF-8 text"],
    ]);
    expect(leftOut).toEqual([join(folder, "notes.yaml")]);
  });

  it.each([
    ["a stream", { "out.yaml": renderStream(OBJECTS) }, "out.yaml"],
    ["a folder of files", Object.fromEntries(renderFiles(OBJECTS).map(({ name, text }) => [name, text])), ""],
    [
      "a List",
      { "out.yaml": JSON.stringify({ apiVersion: "v1", kind: "List", items: MANIFESTS }, null, 2) },
      "out.yaml",
    ],
    ["JSON", { "out.json": JSON.stringify(MANIFESTS[0]), "rest.yaml": renderStream(OBJECTS.slice(1)) }, ""],
  ])("is manifests, as %s", (_what, files, path) => {
    const { environments, refused } = readSources(join(folderOf(files), path));
    expect(refused).toEqual([]);
    expect(environments.map(({ manifests }) => manifests)).toEqual([MANIFESTS]);
  });

  it("of manifests, is called as their environment, or else as the file", () => {
    const labelled = `${NAMESPACE}  labels: { egress.sallyport.dev/environment: dev }\n`;
    const folder = folderOf({ "plain.yaml": NAMESPACE, "labelled.yaml": labelled });
    const names = ["plain.yaml", "labelled.yaml"].map(
      (name) => readSources(join(folder, name)).environments[0]?.name,
    );
    expect(names).toEqual(["plain", "dev"]);
  });

  it("leaves out of a folder of environments what is none, and says so", () => {
    const folder = folderOf({
      "dev.yaml": `${GATEWAY}imports: [news.yaml]\n`,
      "news.yaml": "owner: news\nhosts: []\n",
      "old.yaml": "enviroment: old\n",
      "built.yaml": NAMESPACE,
      "notes.txt": "kept",
    });
    const { environments, refused, leftOut } = readSources(folder);
    expect(environments.map(({ name }) => name)).toEqual(["dev"]);
    expect([refused, leftOut]).toEqual([[], ["built.yaml", "old.yaml"].map((name) => join(folder, name))]);
  });

  it("is refused where it has catalogs alone, of each of which that is said", () => {
    const catalog = "owner: news\nhosts: []\n";
    const folder = folderOf({
      "dev.yaml": `${GATEWAY}imports: [catalog/news.yaml]\n`,
      "catalog/news.yaml": catalog,
      "catalog/shop.yaml": catalog,
    });
    const { environments, refused } = readSources(join(folder, "catalog"));
    expect(environments).toEqual([]);
    const why = "this is a catalog, which environments import, and no environment";
    expect(refused.map(({ name, problems }) => [name, ...problems.map((one) => [one.why, one.fix])])).toEqual(
      [
        ["news", [why, `name the environment that imports it: ${join(folder, "dev.yaml")}`]],
        ["shop", [why, "name the environment file that imports it (imports:)"]],
      ],
    );
  });

  it("is refused by the environment, and the others are read", () => {
    const folder = folderOf({
      "a.yaml": GATEWAY,
      "b.yaml": `${GATEWAY.replace("dev", "prod")}lockdwn: []\n`,
      "c.yaml": GATEWAY,
    });
    const { environments, refused } = readSources(folder);
    expect(environments.map(({ name }) => name)).toEqual(["dev"]);
    expect(refused.map(({ name, problems }) => [name, problems[0]?.why])).toEqual([
      ["dev", `the environment dev is declared in ${join(folder, "a.yaml")} already`],
      ["prod", "no such key here"],
    ]);
  });
});

it("a key of an object's head with nothing behind it is as if it were not there", () => {
  const folder = folderOf({ "out.yaml": `${NAMESPACE}  labels:\n  namespace:\n` });
  const [read] = readSources(folder).environments;
  expect(read?.manifests).toEqual([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "egress" } }]);
});

describe("what is no manifest", () => {
  it.each([
    [
      "a document without a head",
      `${NAMESPACE}---\nspec: {}\n---\nkind: 3\nmetadata: {}\n`,
      [
        "out.yaml:6:1 apiVersion an object of Kubernetes has a text as apiVersion",
        "out.yaml:6:1 kind an object of Kubernetes has a text as kind",
        "out.yaml:6:1 metadata.name an object of Kubernetes has a text as metadata.name",
        "out.yaml:8:1 apiVersion an object of Kubernetes has a text as apiVersion",
        "out.yaml:8:7 kind an object of Kubernetes has a text as kind",
        "out.yaml:9:11 metadata.name an object of Kubernetes has a text as metadata.name",
      ],
    ],
    [
      "a fault of YAML in one document",
      `${NAMESPACE}---\nkind: [\n---\n- kind: x\n`,
      [
        "out.yaml:7:1 YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
        "out.yaml:8:1 an object of Kubernetes is a map",
      ],
    ],
    [
      "an entry of a List",
      `apiVersion: v1\nkind: List\nitems:\n  - ${JSON.stringify(MANIFESTS[0])}\n  - 3\n`,
      ["out.yaml:5:5 items[1] an object of Kubernetes is a map"],
    ],
    [
      "a label that is no text",
      `${NAMESPACE}  labels:\n    a: 1\n`,
      ["out.yaml:6:5 metadata.labels each of these is a text"],
    ],
    [
      "an object that stands twice",
      `${NAMESPACE}---\n${NAMESPACE}`,
      [expect.stringMatching(/^out.yaml:6:1 metadata.name this object stands at .*out.yaml:1 already$/)],
    ],
    [
      "nesting without an end",
      `kind: ${"[".repeat(10_000)}`,
      ["out.yaml:1:72 values are nested more than 64 levels deep"],
    ],
    ["nothing", "# kind: none yet\nkind: List\nitems: []\n", ["out.yaml:1:1 there is no manifest in it"]],
  ])("%s has its position", (_what, text, problems) => {
    expect(problemsOf({ "out.yaml": text }, "out.yaml")).toEqual(problems);
  });

  it("is a file or a folder that is not there, or has nothing", () => {
    expect(problemsOf({}, "none.yaml")).toEqual([
      expect.stringMatching(/^none.yaml:1:1 there is no such file: .*none.yaml$/),
    ]);
    expect(problemsOf({ "notes.txt": "" })).toEqual([":1:1 the folder has no YAML or JSON file"]);
  });
});

describe("sallyport matrix", () => {
  it("says of rendered manifests what it says of their file", () => {
    const out = join(folderOf({}), "dev");
    sallyport(["render", "stacks/dev.yaml", "--out", out]);
    const [ofManifests, ofFile] = [out, "stacks/dev.yaml"].map((path) => sallyport(["matrix", path]));
    expect(ofManifests).toEqual(ofFile);
    expect(ofFile?.stdout).toContain("api.stripe.com");
  });

  it("takes one environment", () => {
    const { exit, stdout, stderr } = sallyport(["matrix", "stacks"]);
    expect([exit, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("the folder holds several environments: dev, prod, staging");
  });
});
