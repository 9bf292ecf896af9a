import { dirname, join } from "node:path";
import type { z } from "zod";
import type { Parts } from "../check/validate.ts";
import { type HostsFile, readHost, type WrittenHost } from "../hosts/hosts.ts";
import { type Problem, show } from "../problem.ts";
import type { Notes, RuleContext } from "../rules/notes.ts";
import { type ParsedRules, readRules, type WrittenRule } from "../rules/read-rules.ts";
import { explain } from "../schema/fault-words.ts";
import { Catalog, Environment as EnvironmentFrame } from "../schema/schema.ts";
import { soundParts } from "../sound.ts";
import { listAt, type Path, readSource, type Source } from "../source.ts";
import type { Files } from "./files.ts";

/** Catalogs of catalogs are rare; an endless row of files is a mistake, or an attack on the reader's stack. */
const MAX_IMPORT_DEPTH = 32;

/** So many are a file of another kind, or an attack on the reader's memory. */
const MAX_PROBLEMS = 10_000;

/** An environment file as far as it is sound; `whole` where nothing in its frame is at fault. */
interface EnvironmentRead {
  readonly source: Source;
  readonly parts: Parts;
  readonly whole: z.output<typeof EnvironmentFrame> | undefined;
}

/** Where an import stands, for a problem with what it names. */
type Importer = Omit<Problem, "why" | "fix">;

/** One walk over a file and its imports, gathering hosts and problems. */
export class Reading {
  readonly notes: Notes = { problems: [], warnings: [], expired: [] };
  readonly hosts: WrittenHost[] = [];
  /** The owners of the files. */
  readonly teams = new Set<string>();
  /** The rules at the heads of files. */
  readonly fileRules: WrittenRule[] = [];
  /** As the environment file says, once its frame is read. */
  context: RuleContext;
  readonly #files: Files;
  readonly #importersOf: (catalog: string) => readonly string[];
  readonly #done = new Set<string>();
  /** The environment's rules, which hold for all hosts. */
  #rules: readonly WrittenRule[] = [];

  constructor(files: Files, now: Date, importersOf: (catalog: string) => readonly string[]) {
    this.#files = files;
    this.#importersOf = importersOf;
    this.context = { now, production: false, issuers: undefined, authorizers: undefined };
  }

  environment(file: string): EnvironmentRead | undefined {
    const source = this.#open(file, { file, line: 1, column: 1, path: "" });
    if (source === undefined) return undefined;
    if (isCatalog(source)) {
      this.#catalogAlone(source);
      return undefined;
    }
    const { whole, parts } = this.#frame(source, EnvironmentFrame);
    this.context = {
      ...this.context,
      production: parts?.production ?? false,
      issuers: namesOf(parts?.issuers),
      authorizers: namesOf(parts?.authorizers),
    };
    this.#content(source, parts?.owner, whole, [this.#files.identify(file)]);
    return { source, whole, parts: parts ?? {} };
  }

  /** Its own faults are told too. */
  #catalogAlone(source: Source): void {
    const importers = this.#importersOf(source.file);
    this.notes.problems.push({
      ...source.positionOf([]),
      path: "",
      why: "this is a catalog, which environments import, and no environment",
      fix:
        importers.length === 0
          ? "name the environment file that imports it (imports:)"
          : `name the environment that imports it: ${importers.join(", ")}`,
    });
    const { whole, parts } = this.#frame(source, Catalog);
    this.#content(source, parts?.owner, whole, [this.#files.identify(source.file)]);
  }

  #catalog(file: string, chain: readonly string[], importer: Importer): void {
    const identity = this.#files.identify(file);
    const fault = (why: string, fix: string) => this.notes.problems.push({ ...importer, why, fix });
    if (chain.includes(identity)) {
      fault("the imports go round in a loop", "remove this import");
      return;
    }
    if (chain.length > MAX_IMPORT_DEPTH) {
      fault(
        `imports lead through more than ${MAX_IMPORT_DEPTH} files in a row`,
        "import this file from the environment file",
      );
      return;
    }
    if (this.#done.has(identity)) return;
    this.#done.add(identity);
    const source = this.#open(file, importer);
    if (source === undefined) return;
    const { whole, parts } = this.#frame(source, Catalog);
    this.#content(source, parts?.owner, whole, [...chain, identity]);
  }

  #open(file: string, importer: Importer): Source | undefined {
    const read = this.#files.read(file);
    if (!("text" in read)) {
      this.notes.problems.push({ ...importer, ...read });
      return undefined;
    }
    const { source, problems } = readSource(file, read.text);
    for (const problem of problems) this.notes.problems.push(problem);
    return problems.length === 0 ? source : undefined;
  }

  #frame<S extends z.ZodType>(source: Source, schema: S) {
    const parsed = schema.safeParse(source.data);
    // One by one: a call takes only so many arguments.
    for (const problem of explain(source, schema, parsed.error?.issues ?? []))
      this.notes.problems.push(problem);
    return { whole: parsed.data, parts: parsed.data ?? soundParts(schema, source.data) };
  }

  /** A file whose frame is at fault still has its hosts and imports checked, so that all faults show at once. */
  #content(
    source: Source,
    owner: string | undefined,
    whole: ParsedRules | undefined,
    chain: readonly string[],
  ): void {
    const { context, notes } = this;
    if (owner !== undefined) this.teams.add(owner);
    const own = readRules(source, [], owner, whole, context, notes);
    this.fileRules.push(...own);
    // Imports come after the file's own hosts, so that the first file's rules are the environment's.
    if (chain.length === 1) this.#rules = own;
    const rules = chain.length === 1 ? own : [...own, ...this.#rules];
    const file: HostsFile = { source, owner, rules, context };
    for (const [index, entry] of listAt(source, ["hosts"]).entries()) {
      if (this.notes.problems.length > MAX_PROBLEMS) {
        this.notes.problems.push({
          ...source.positionOf(["hosts", index]),
          path: `hosts[${index}]`,
          why: `there are more than ${MAX_PROBLEMS} problems, and the hosts from here on were not looked at`,
          fix: "mend the others first",
        });
        break;
      }
      const { host, problems } = readHost(file, entry, index, notes);
      notes.problems.push(...problems);
      this.hosts.push(host);
    }
    listAt(source, ["imports"]).forEach((path, index) => {
      if (typeof path !== "string" || path === "") return; // the frame's problem
      const at: Path = ["imports", index];
      const importer = { ...source.positionOf(at), path: `imports[${index}]`, value: show(path) };
      if (path.startsWith("/"))
        this.notes.problems.push({
          ...importer,
          why: "an import is a path from this file's folder",
          fix: "write a relative path such as catalog/news.yaml",
        });
      else this.#catalog(join(dirname(source.file), path), chain, importer);
    });
  }
}

/** Whether a file has a catalog's keys alone; an environment's too may have an owner. */
function isCatalog({ data }: Source): boolean {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, "owner")) return false;
  return Object.keys(data).every((key) => Object.hasOwn(Catalog.shape, key));
}

/** The names of entries that are sound; undefined where one is not, as it may be the one that is meant. */
function namesOf(
  entries: readonly ({ readonly name?: string | undefined } | undefined)[] | undefined,
): string[] | undefined {
  const names = entries?.flatMap((entry) => entry?.name ?? []);
  return names?.length === entries?.length ? names : undefined;
}
