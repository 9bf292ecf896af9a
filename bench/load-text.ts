import type { Environment } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";

/**
 * The environment of a file's text that was made here.
 *
 * @throws if it has problems
 */
export function loadText(text: string): Environment {
  const { environment, problems } = loadEnvironment("bench.yaml", {
    files: { identify: (file) => file, read: () => ({ text }) },
  });
  if (environment === undefined) throw new Error(problems.map(({ why }) => why).join("; "));
  return environment;
}
