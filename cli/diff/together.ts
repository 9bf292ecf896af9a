import { isDeepStrictEqual } from "node:util";
import { formatProblem } from "../../model/index.ts";
import type { EnvironmentSource, RefusedSource, Sources } from "../input/source.ts";

/** What a path of a side holds. */
export interface Found {
  readonly path: string;
  /** Absent where the path is not there: nothing was declared yet, or nothing is any more. */
  readonly sources?: Sources;
}

/**
 * What the paths of a side hold together. One that several of them hold alike counts once; where they differ, it is
 * refused, as it can't be told which is the environment.
 */
export function together(found: readonly Found[]): Sources {
  const all = found.flatMap(({ sources }) => sources ?? []);
  const held = found.flatMap(({ path, sources }) =>
    (sources?.environments ?? []).map((environment) => ({ path, environment })),
  );
  const byName = [...Map.groupBy(held, ({ environment }) => environment.name).values()];
  const environments = byName.flatMap(([first]) => first?.environment ?? []);
  const refused = [...all.flatMap((sources) => sources.refused), ...byName.flatMap(differing)];
  return {
    environments,
    refused: [...Map.groupBy(refused, ({ name }) => name)].map(([name, ones]) => ({
      name,
      problems: distinct(ones.flatMap(({ problems }) => problems)),
    })),
    leftOut: [...new Set(all.flatMap(({ leftOut }) => leftOut))],
  };
}

interface Held {
  readonly path: string;
  readonly environment: EnvironmentSource;
}

function differing([first, ...others]: readonly Held[]): RefusedSource[] {
  const other = others.find(
    ({ environment }) => !isDeepStrictEqual(environment.manifests, first?.environment.manifests),
  );
  if (first === undefined || other === undefined) return [];
  const { name } = first.environment;
  const why = `the environment ${name} is another here than at ${first.path}`;
  const fix = "compare the two one after the other";
  return [{ name, problems: [{ file: other.path, line: 1, column: 1, path: "", why, fix }] }];
}

function distinct(problems: RefusedSource["problems"]): RefusedSource["problems"] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}
