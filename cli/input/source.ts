import { join, parse } from "node:path";
import { LineCounter } from "yaml";
import type { MeshSettings } from "../../access/manifests/mesh.ts";
import { meshOf } from "../../advice/call.ts";
import { type Environment, type Loaded, loadEnvironment, type Problem } from "../../model/index.ts";
import { show, sortProblems } from "../../model/problem.ts";
import { LIMITS } from "../../model/read/document-faults.ts";
import type { FileText } from "../../model/read/files.ts";
import { parseStream } from "../../model/read/parse-yaml.ts";
import { ENVIRONMENT_LABEL } from "../../plan/labels.ts";
import { identityOf, type Manifest, objectKey } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { refuse, warn } from "./environment.ts";
import { importersIn } from "./importers.ts";
import { environmentName, looksLikeManifests, type ReadManifests, readManifests } from "./manifests.ts";
import { DISK, type Tree } from "./tree.ts";

/** One environment as a path tells it: its manifests, planned or rendered. */
export interface EnvironmentSource {
  /** The environment's; of manifests that do not say it, the name of their file or folder. */
  readonly name: string;
  readonly manifests: readonly Manifest[];
  /** What was declared, with its places; absent of rendered manifests. */
  readonly declaration?: Loaded & { readonly environment: Environment };
  /** What may be wrong with the declaration, rules past their last day among it. */
  readonly warnings: readonly Problem[];
}

/** An environment that can't be read. */
export interface RefusedSource {
  /** As an environment's, as far as it can be told. */
  readonly name: string;
  /** Sorted by file and line. */
  readonly problems: readonly Problem[];
}

/** What a path names, each sorted by name. */
export interface Sources {
  readonly environments: readonly EnvironmentSource[];
  readonly refused: readonly RefusedSource[];
  /** Files of a folder of environments that are none, and that none imports. */
  readonly leftOut: readonly string[];
}

/** How {@link readSources} reads. */
interface SourceOptions {
  /** The moment that rules with a last day are judged at; the present by default. */
  readonly now?: Date | undefined;
  /** The disk by default. */
  readonly tree?: Tree;
}

/**
 * Reads what a path names: an environment file, a file of manifests (YAML documents, JSON, a List), or a folder of
 * either. Each environment file of a folder is an environment of its own; the manifests of a folder are one. Folders
 * in it are not looked into: that is where catalogs are.
 *
 * @example
 * readSources("stacks").environments.map(({ name }) => name); // ["dev", "prod", "staging"]
 */
export function readSources(path: string, options: SourceOptions = {}): Sources {
  const { now = new Date(), tree = DISK } = options;
  const names = tree.list(path);
  const files = names
    ?.filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .map((name) => join(path, name))
    .sort() ?? [path];
  if (files.length === 0)
    return sources([
      refusal(
        path,
        "the folder has no YAML or JSON file",
        "name a folder of environment files or of manifests",
      ),
    ]);
  const read = files.map((file): ReadFile => ({ file, ...tree.filesBelow(file).read(file) }));
  const isDeclared = (file: ReadFile) => declaredName(file) !== undefined;
  const isRendered = (file: ReadFile) => "text" in file && looksLikeManifests(file.text);
  if (read.some(isRendered) && (names === undefined || !read.some(isDeclared)))
    return sources([rendered(path, read)]);
  const seen = new Set<string>();
  const reading: Reading = { now, tree, seen, importersOf: importersIn(tree) };
  // What files are meant to be that say it neither way, the reader of declarations says best.
  const declaring = read.some(isDeclared) ? read.filter(isDeclared) : read;
  const environments = declaring.map((file) => declared(file, reading));
  const isSeen = (file: string) => seen.has(tree.filesBelow(file).identify(file));
  const broken = read
    .filter((file) => !isSeen(file.file) && isBroken(file))
    .map((file) => declared(file, reading));
  const leftOut = files.filter((file) => !isSeen(file));
  return sources([...withoutNamesakes(environments, declaring), ...broken], leftOut);
}

/**
 * The one environment that a path names, or undefined after every problem went to stderr and the exit code was set.
 *
 * @param now see {@link SourceOptions}
 */
export function sourceOrReport(path: string, now: Date | undefined): EnvironmentSource | undefined {
  const { environments, refused: refusals, leftOut } = readSources(path, { now });
  const [first, second] = environments;
  const problems = refusals.flatMap((one) => one.problems);
  if (first !== undefined && second !== undefined) {
    const several = environments.map(({ name }) => name).join(", ");
    problems.push(
      problemOf(path, `the folder holds several environments: ${several}`, "name the file of one"),
    );
  }
  if (problems.length > 0 || first === undefined) {
    refuse(path, problems, false);
    return undefined;
  }
  warn([...first.warnings, ...leftOut.map(leftOutProblem)]);
  return first;
}

/** What the evaluator has to know of the mesh, as it is declared; of rendered manifests nothing is known. */
export function settingsOf({ declaration }: Pick<EnvironmentSource, "declaration">): Partial<MeshSettings> {
  return declaration === undefined ? {} : meshOf(declaration.environment.mesh);
}

/** What to say of a file that was left out. */
export function leftOutProblem(file: string): Problem {
  return problemOf(
    file,
    "this is no environment file, and none imports it",
    "name its environment (environment: dev), import it, or move it elsewhere",
  );
}

type ReadFile = FileText & { readonly file: string };
type Read = EnvironmentSource | RefusedSource;

function sources(read: readonly Read[], leftOut: readonly string[] = []): Sources {
  const byName = [...read].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    environments: byName.filter((one) => "manifests" in one),
    refused: byName.filter((one) => "problems" in one),
    leftOut,
  };
}

/** Whether it can't be told what a file is: an environment that was there must not look as if it were removed. */
function isBroken(file: ReadFile): boolean {
  if (!("text" in file)) return true;
  const parsed = parseStream(file.text, new LineCounter(), LIMITS, { uniqueKeys: false, merge: false });
  return !("documents" in parsed) || parsed.documents.some(({ errors }) => errors.length > 0);
}

/** The name that an environment file gives itself; undefined where it is none. */
function declaredName(file: ReadFile): string | undefined {
  return "text" in file ? environmentName(file.text) : undefined;
}

/** How declarations are read. */
interface Reading {
  readonly now: Date;
  readonly tree: Tree;
  /** What stands for the files that were read; they are added. */
  readonly seen: Set<string>;
  readonly importersOf: (catalog: string) => readonly string[];
}

function declared(file: ReadFile, { now, tree, seen, importersOf }: Reading): Read {
  const files = tree.filesBelow(file.file);
  const loaded = loadEnvironment(file.file, {
    now,
    importersOf,
    files: {
      identify: files.identify,
      read(path) {
        seen.add(files.identify(path));
        return files.read(path);
      },
    },
  });
  const { environment, problems, warnings, expired } = loaded;
  if (environment === undefined) return { name: declaredName(file) || nameOf(file.file), problems };
  return {
    name: environment.name,
    manifests: planEnvironment(environment).map(({ manifest }) => manifest),
    declaration: { ...loaded, environment },
    warnings: [...warnings, ...expired.map(({ problem }) => problem)],
  };
}

/** Of several files that give themselves the same name it can't be told which is the environment. */
function withoutNamesakes(read: readonly Read[], files: readonly ReadFile[]): Read[] {
  const named = Map.groupBy(read.keys(), (index) => read[index]?.name);
  return read.map((one, index) => {
    const first = files[named.get(one.name)?.[0] ?? index];
    const file = files[index];
    if (first === undefined || file === undefined || first === file) return one;
    const why = `the environment ${one.name} is declared in ${first.file} already`;
    return {
      name: one.name,
      problems: [problemOf(file.file, why, "give each environment a name of its own")],
    };
  });
}

function rendered(path: string, files: readonly ReadFile[]): Read {
  const read = files.map((file) =>
    "text" in file
      ? readManifests(file.file, file.text)
      : { objects: [], problems: [problemOf(file.file, file.why, file.fix)] },
  );
  const objects = read.flatMap((one) => one.objects);
  const problems = [...read.flatMap((one) => one.problems), ...twice(objects)];
  if (problems.length > 0) return { name: nameOf(path), problems: sortProblems(problems) };
  if (objects.length === 0) return refusal(path, "there is no manifest in it", "name what render wrote");
  const manifests = objects.map(({ manifest }) => manifest);
  const labels = new Set(manifests.flatMap(({ metadata }) => metadata.labels?.[ENVIRONMENT_LABEL] ?? []));
  const [label] = labels;
  return { name: label !== undefined && labels.size === 1 ? label : nameOf(path), manifests, warnings: [] };
}

/** Objects that stand in the files more than once: which of them is meant can't be told. */
function twice(objects: ReadManifests["objects"]): Problem[] {
  return [...Map.groupBy(objects, ({ manifest }) => identityOf(manifest)).values()].flatMap(
    ([first, ...more]) =>
      more.map(({ manifest, at }) => ({
        ...at,
        path: "metadata.name",
        value: show(objectKey(manifest)),
        why: `this object stands at ${first?.at.file}:${first?.at.line} already`,
        fix: "keep one of the two",
      })),
  );
}

function refusal(path: string, why: string, fix: string): RefusedSource {
  return { name: nameOf(path), problems: [problemOf(path, why, fix)] };
}

function problemOf(file: string, why: string, fix: string): Problem {
  return { file, line: 1, column: 1, path: "", why, fix };
}

/** Of a file or folder, without its ending. */
function nameOf(path: string): string {
  return parse(path).name;
}
