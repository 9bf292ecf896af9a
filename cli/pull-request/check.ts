import type { Problem } from "../../model/index.ts";
import { sortProblems } from "../../model/problem.ts";
import { CannotError } from "../exit.ts";
import { commitOf, treeAt } from "../input/git.ts";
import { leftOutProblem, readSources } from "../input/source.ts";
import { promotionFaults } from "../promotion.ts";

/** What is wrong, and what may be, in the declarations of a folder. */
export interface Checked {
  /** The environments that are fine. */
  readonly environments: readonly string[];
  /** Sorted by file and line. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Checks every environment of a commit's `stacks/`, as data: nothing of the commit is checked out or run. What is
 * granted beyond `promotesFrom` is a problem too.
 *
 * @throws CannotError where the commit is not there
 */
export function checkCommit(name: string): Checked {
  const tree = treeAt(knownCommit(name), "stacks");
  const { environments, refused, leftOut } = readSources("stacks", { tree });
  const promotion = environments.flatMap(({ declaration }) =>
    declaration === undefined ? [] : promotionFaults(declaration, { filesOf: tree.filesBelow }),
  );
  return {
    environments: environments.map((environment) => environment.name),
    problems: distinct([...refused.flatMap(({ problems }) => problems), ...promotion]),
    warnings: distinct([...environments.flatMap(({ warnings }) => warnings), ...leftOut.map(leftOutProblem)]),
  };
}

/** The commit's full name. @throws CannotError where there is none of the name */
export function knownCommit(name: string): string {
  const commit = commitOf(name);
  if (commit !== undefined) return commit;
  throw new CannotError(
    `there is no commit ${JSON.stringify(name)} here`,
    "fetch it: git fetch origin <commit>",
  );
}

/** A catalog's problem is one of every environment that imports it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return sortProblems([...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]);
}
