export { formatCaller } from "./callers.ts";
export type * from "./environment.ts";
export { jsonSchema } from "./json-schema.ts";
export { type Loaded, type LoadOptions, loadEnvironment } from "./load.ts";
export { formatProblem, type Position, type Problem, printable } from "./problem.ts";
export type { Expired } from "./read-rules.ts";
export type * from "./rule.ts";
