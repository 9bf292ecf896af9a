import type { Environment } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";

/** The environment files of this repository. */
export const STACKS = [
  "stacks/dev.yaml",
  "stacks/staging.yaml",
  "stacks/prod.yaml",
  "stacks/lab/004.yaml",
  "stacks/lab/hosts.yaml",
  "stacks/lab/monitoring.yaml",
];

/** The environment of a file. @throws if it has problems */
export function environmentOf(file: string): Environment {
  const { environment, problems } = loadEnvironment(file);
  if (environment === undefined) throw new Error(`${file}: ${problems.map(({ why }) => why).join("; ")}`);
  return environment;
}
