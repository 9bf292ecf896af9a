import { dirname, join } from "node:path";
import type { z } from "zod";
import type { DeclaredHost, Environment, Gateway } from "./environment.ts";
import { explain } from "./explain.ts";
import { type Files, filesBelow } from "./files.ts";
import { readHost, type WrittenHost } from "./hosts.ts";
import { type Problem, show, sortProblems } from "./problem.ts";
import { Catalog, Environment as EnvironmentFrame } from "./schema.ts";
import { type Path, readSource, type Source } from "./source.ts";
import { resolveHosts, validateEnvironment } from "./validate.ts";

/** How many imports may lead to a file: more are a mistake, and each costs room on the stack. */
const MAX_CHAIN = 100;

/** What became of an environment file: the environment if nothing is wrong, else every problem. */
export interface Loaded {
  readonly environment?: Environment;
  /** The declarations with their places; empty if there are problems. */
  readonly declared: readonly DeclaredHost[];
  /** Sorted by file and line. */
  readonly problems: readonly Problem[];
}

/**
 * Reads an environment file with all its imports.
 *
 * Imports are a union, never a merge: a file that is reached twice counts once, and two declarations of one host
 * and port that do not agree are a problem that names both.
 *
 * @param file the path of the environment file; problems name files relative to the working directory as given
 * @example
 * const { environment, problems } = loadEnvironment("stacks/dev.yaml");
 */
export function loadEnvironment(file: string, files: Files = filesBelow(file)): Loaded {
  const reading = new Reading(files);
  const frame = reading.environment(file);
  if (frame === undefined) return { declared: [], problems: sortProblems(reading.problems) };
  const gateways: Gateway[] = frame.data.gateways.map((gateway) => ({
    ...gateway,
    serviceAccount: gateway.serviceAccount ?? gateway.name,
  }));
  const { hosts, problems } = resolveHosts(reading.hosts, gateways);
  const { environment: name, mesh, nodes, lockdown } = frame.data;
  const environment: Environment = {
    name,
    mesh,
    gateways,
    ...(nodes === undefined ? {} : { nodes }),
    lockdown,
    hosts: hosts.map(({ at: _at, ...host }) => host),
  };
  const all = [...reading.problems, ...problems, ...validateEnvironment(frame.source, environment, hosts)];
  return all.length === 0
    ? { environment, declared: hosts, problems: [] }
    : { declared: [], problems: sortProblems(all) };
}

type Framed<T> = { source: Source; data: T };

/** One walk over a file and its imports, gathering hosts and problems. */
class Reading {
  readonly problems: Problem[] = [];
  readonly hosts: WrittenHost[] = [];
  readonly #files: Files;
  readonly #done = new Set<string>();

  constructor(files: Files) {
    this.#files = files;
  }

  environment(file: string): Framed<z.output<typeof EnvironmentFrame>> | undefined {
    const source = this.#open(file, { file, line: 1, column: 1, path: "" });
    if (source === undefined) return undefined;
    const frame = this.#frame(source, EnvironmentFrame);
    if (frame === undefined) {
      this.#lenient(source, [this.#files.identify(file)]);
      return undefined;
    }
    this.#content(source, frame.owner, frame.imports, frame.hosts, [this.#files.identify(file)]);
    return { source, data: frame };
  }

  #catalog(file: string, chain: readonly string[], importer: Omit<Problem, "why" | "fix">): void {
    const identity = this.#files.identify(file);
    if (chain.includes(identity)) {
      this.problems.push({ ...importer, why: "the imports go round in a loop", fix: "remove this import" });
      return;
    }
    if (this.#done.has(identity)) return;
    if (chain.length > MAX_CHAIN) {
      this.problems.push({
        ...importer,
        why: `more than ${MAX_CHAIN} imports lead here, one from the other`,
        fix: "import this file from the environment file",
      });
      return;
    }
    this.#done.add(identity);
    const source = this.#open(file, importer);
    if (source === undefined) return;
    const frame = this.#frame(source, Catalog);
    if (frame === undefined) this.#lenient(source, [...chain, identity]);
    else this.#content(source, frame.owner, frame.imports, frame.hosts, [...chain, identity]);
  }

  /** One by one: a call takes only so many arguments. */
  #report(problems: readonly Problem[]): void {
    for (const problem of problems) this.problems.push(problem);
  }

  #open(file: string, importer: Omit<Problem, "why" | "fix">): Source | undefined {
    const read = this.#files.read(file);
    if (!("text" in read)) {
      this.problems.push({ ...importer, ...read });
      return undefined;
    }
    const { source, problems } = readSource(file, read.text);
    this.#report(problems);
    return problems.length === 0 ? source : undefined;
  }

  #frame<S extends z.ZodType>(source: Source, schema: S): z.output<S> | undefined {
    const parsed = schema.safeParse(source.data);
    if (parsed.success) return parsed.data;
    this.#report(explain(source, schema, parsed.error.issues));
    return undefined;
  }

  /** A file whose frame is at fault still has its hosts and imports checked, so that all faults show at once. */
  #lenient(source: Source, chain: readonly string[]): void {
    const { imports, hosts, owner } = (source.data ?? {}) as Record<string, unknown>;
    this.#content(
      source,
      typeof owner === "string" ? owner : "",
      Array.isArray(imports) ? imports.filter((path) => typeof path === "string") : [],
      Array.isArray(hosts) ? hosts : [],
      chain,
    );
  }

  #content(
    source: Source,
    owner: string,
    imports: readonly string[],
    hosts: readonly unknown[],
    chain: readonly string[],
  ): void {
    hosts.forEach((entry, index) => {
      const { host, problems } = readHost(source, owner, entry, index);
      this.#report(problems);
      if (host !== undefined) this.hosts.push(host);
    });
    imports.forEach((path, index) => {
      const at: Path = ["imports", index];
      const importer = { ...source.positionOf(at), path: `imports[${index}]`, value: show(path) };
      if (path.startsWith("/"))
        this.problems.push({
          ...importer,
          why: "an import is a path from this file's folder",
          fix: "write a relative path such as catalog/news.yaml",
        });
      else this.#catalog(join(dirname(source.file), path), chain, importer);
    });
  }
}
