import { readFileSync } from "node:fs";
import { execa } from "execa";
import { parse } from "yaml";

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

/** action.yml as it is. */
export const ACTION = parse(readFileSync("action.yml", "utf8")) as {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};

/** What expressions find: `github.event.…` and `inputs.…`. */
export interface Context {
  readonly github: object;
  readonly inputs: Readonly<Record<string, string>>;
}

/** What one step left. */
export interface Ran {
  readonly name: string;
  readonly exit: number | undefined;
  readonly output: string;
}

/**
 * Runs the scripts of a composite action in order, as the runner does: each with the variables that it declares and
 * those of the job, until one fails.
 *
 * @param job the job's variables, and the runner's own
 */
export async function runAction(
  context: Context,
  cwd: string,
  job: Readonly<Record<string, string>>,
): Promise<Ran[]> {
  const given = { ...context, inputs: { ...defaults(context), ...context.inputs } };
  const ran: Ran[] = [];
  for (const { name = "", if: condition, env = {}, run, shell } of ACTION.runs.steps) {
    if (run === undefined || (condition !== undefined && !holds(condition, given))) continue;
    const own = Object.entries(env).map(([key, text]) => [key, filled(text, given)]);
    const done = await runScript(run, cwd, { ...job, ...Object.fromEntries(own) });
    if (shell !== "bash") throw new Error(`${name} is of another shell`);
    ran.push({ name, ...done });
    if (done.exit !== 0) break;
  }
  return ran;
}

/** Runs a script by bash as the runner does, with these variables and no others. */
export async function runScript(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Omit<Ran, "name">> {
  const shell = ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script];
  const { exitCode, all } = await execa("bash", shell, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    all: true,
  });
  return { exit: exitCode, output: all };
}

function defaults(context: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ACTION.inputs).map(([name, { default: text = "" }]) => [name, filled(text, context)]),
  );
}

/** A text with its expressions' values. */
function filled(text: string, context: object): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => resolved(expression, context));
}

/** A condition of comparisons, all of which have to hold. */
function holds(condition: string, context: object): boolean {
  return condition.split("&&").every((part) => {
    const [, left = "", operator, right = ""] = /^\s*(.+?)\s*(==|!=)\s*(.+?)\s*$/.exec(part) ?? [];
    if (operator === undefined) throw new Error(`${part} is no comparison`);
    return (resolved(left, context) === resolved(right, context)) === (operator === "==");
  });
}

function resolved(expression: string, context: object): string {
  const [, literal] = /^'(.*)'$/.exec(expression) ?? [];
  if (literal !== undefined) return literal;
  if (!/^[\w.-]+$/.test(expression)) throw new Error(`${expression} is no name`);
  const value = expression
    .split(".")
    .reduce<unknown>((found, key) => (Object(found) as Record<string, unknown>)[key], context);
  return value === undefined ? "" : String(value);
}
