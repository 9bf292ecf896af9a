import { orderedEnvironment } from "./canonical.ts";
import { productionWarnings } from "./check/production.ts";
import { validateEnvironment } from "./check/validate.ts";
import type { DeclaredHost, Environment } from "./environment.ts";
import { unusedRules } from "./hosts/access.ts";
import { resolveInTime } from "./hosts/resolve-in-time.ts";
import { checkServiceNames } from "./hosts/service-names.ts";
import { similarNames } from "./hosts/similar-names.ts";
import { checkTokenHeaders } from "./hosts/token-headers.ts";
import { type Position, type Problem, sortProblems } from "./problem.ts";
import { type Files, filesBelow } from "./read/files.ts";
import { Reading } from "./read/reading.ts";
import type { Expired } from "./rules/notes.ts";
import type { Path } from "./source.ts";

/** What became of an environment file: the environment if nothing is wrong, else every problem. */
export interface Loaded {
  /** Absent where there are problems. */
  readonly environment?: Environment;
  /** The declarations with their places; empty if there are problems. */
  readonly declared: readonly DeclaredHost[];
  /** Sorted by file and line. */
  readonly problems: readonly Problem[];
  /** What may be declared, and is better not; sorted likewise. */
  readonly warnings: readonly Problem[];
  /**
   * Rules and exemptions past their last day. The environment is without them; only their owners' declarations are
   * wrong.
   */
  readonly expired: readonly Expired[];
  /** The teams whose files were read, sorted; empty if there are problems. */
  readonly teams: readonly string[];
  /** Where a part of the environment file stands, or its nearest parent that is written down. */
  positionOf(path: Path): Position;
  /** Where the gateway of a name stands, or the lockdown of a namespace; undefined if there is none. */
  entryAt(list: "gateways" | "lockdown", name: string): Position | undefined;
}

/** How {@link loadEnvironment} reads. */
export interface LoadOptions {
  /** The moment that rules with a last day are judged at; the present by default. */
  readonly now?: Date;
  /** How files are read; from the disk by default. */
  readonly files?: Files;
  /** Finds the environments that import a catalog, to name them where a catalog is read as one; none by default. */
  readonly importersOf?: (catalog: string) => readonly string[];
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
export function loadEnvironment(
  file: string,
  { now = new Date(), files = filesBelow(file), importersOf = () => [] }: LoadOptions = {},
): Loaded {
  const reading = new Reading(files, now, importersOf);
  const read = reading.environment(file);
  const positionOf = read?.source.positionOf ?? (() => ({ file, line: 1, column: 1 }));
  const refused = (problems: readonly Problem[]): Loaded => ({
    declared: [],
    problems: sortProblems(problems),
    warnings: [],
    expired: [],
    teams: [],
    positionOf,
    entryAt: () => undefined,
  });
  const { notes } = reading;
  if (read === undefined) return refused(notes.problems);
  const hosts = resolveInTime(reading.hosts, read.parts.gateways, reading.context, notes);
  const rules = [...new Set(reading.hosts.flatMap(({ rules }) => rules))];
  notes.warnings.push(
    ...unusedRules(reading.fileRules, reading.hosts),
    ...productionWarnings(read.source, read.parts, hosts),
    ...similarNames(
      rules,
      (read.parts.lockdown ?? []).flatMap((entry) => entry?.namespace ?? []),
    ),
  );
  notes.problems.push(
    ...validateEnvironment(read.source, read.parts),
    ...checkTokenHeaders(rules, read.parts.issuers),
  );
  checkServiceNames(reading.hosts, read.parts, notes);
  if (notes.problems.length > 0 || read.whole === undefined) return refused(notes.problems);
  const {
    environment: name,
    promotesFrom,
    mesh,
    gateways,
    nodes,
    lockdown,
    monitoring,
    issuers,
    authorizers,
    owners,
  } = read.whole;
  const environment = orderedEnvironment({
    name,
    ...(promotesFrom === undefined ? {} : { promotesFrom }),
    mesh,
    gateways: gateways.map((gateway) => ({
      ...gateway,
      serviceAccount: gateway.serviceAccount ?? gateway.name,
    })),
    ...(nodes === undefined ? {} : { nodes }),
    lockdown,
    monitoring,
    issuers,
    authorizers,
    owners,
    hosts: hosts.map(({ at: _at, path: _path, ruleAt: _ruleAt, ...host }) => host),
  });
  return {
    environment,
    declared: hosts,
    problems: [],
    warnings: sortProblems(notes.warnings),
    expired: notes.expired,
    teams: [...reading.teams].sort(),
    positionOf,
    entryAt: (list, name) => {
      const names =
        list === "gateways" ? gateways.map((one) => one.name) : lockdown.map((one) => one.namespace);
      const index = names.indexOf(name);
      return index < 0 ? undefined : positionOf([list, index]);
    },
  };
}
