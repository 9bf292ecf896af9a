export { formatCaller } from "./callers.ts";
export type * from "./environment.ts";
export { jsonSchema } from "./json-schema.ts";
export { type Loaded, loadEnvironment } from "./load.ts";
export { formatProblem, type Problem, printable } from "./problem.ts";
