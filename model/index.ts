export { formatCaller } from "./callers.ts";
export type * from "./environment.ts";
export { type Loaded, loadEnvironment } from "./load.ts";
export { formatProblem, type Problem } from "./problem.ts";
