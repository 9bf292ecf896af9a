import type { Environment } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";

/** @throws if an environment file is not sound */
export function readEnvironment(file: string): Environment {
  const { environment, problems } = loadEnvironment(file);
  if (environment === undefined) throw new Error(`${file}: ${problems.map(({ why }) => why).join("; ")}`);
  return environment;
}
