export type * from "./environment.ts";
export { type Loaded, type LoadOptions, loadEnvironment } from "./load.ts";
export { formatPosition, formatProblem, type Position, type Problem, printable } from "./problem.ts";
export { formatCaller } from "./rules/callers.ts";
export type { Expired } from "./rules/notes.ts";
export type * from "./rules/rule.ts";
export { jsonSchema } from "./schema/json-schema.ts";
