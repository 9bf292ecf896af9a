export type * from "./environment.ts";
export { formatCaller } from "./hosts.ts";
export { type Loaded, loadEnvironment } from "./load.ts";
export { formatProblem, type Problem } from "./problem.ts";
