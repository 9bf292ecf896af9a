import { dirname, join } from "node:path";
import { Option } from "commander";
import { accessBeyond } from "../access/diff/access.ts";
import { matrixOf, type Row } from "../access/matrix/matrix.ts";
import { type Environment, type Loaded, loadEnvironment, type Problem } from "../model/index.ts";
import { planEnvironment } from "../plan/plan.ts";
import { said } from "./cells.ts";
import { refuse } from "./environment.ts";

/** What a command has that deploys an environment. */
export interface PromotionOptions {
  readonly skipPromotion?: true;
}

/** The option by which an environment is deployed that grants more than the one before it. */
export function skipPromotionOption(): Option {
  return new Option("--skip-promotion", "deploy what the environment of promotesFrom does not grant yet");
}

/**
 * Whether all that an environment grants is granted where it says that it promotes from. Where not, each grant too many
 * is told on stderr, and the exit code is set.
 *
 * @param file the environment's file; the other is beside it
 */
export function isPromoted(
  file: string,
  declaration: Loaded & { readonly environment: Environment },
  { now, json = false }: { readonly now?: Date; readonly json?: boolean },
): boolean {
  const { environment, declared, positionOf } = declaration;
  const { promotesFrom } = environment;
  if (promotesFrom === undefined) return true;
  const first = join(dirname(file), `${promotesFrom}.yaml`);
  const { environment: before, problems } = loadEnvironment(first, now === undefined ? {} : { now });
  if (before === undefined) {
    refuse(first, problems, json);
    return false;
  }
  const beyond = accessBeyond(rowsOf(environment), rowsOf(before)).map((row): Problem => {
    const { namespace, account, host, port, allowed } = row;
    const place = declared.find((one) => one.host === host && one.port === port)?.at;
    return {
      ...(place ?? positionOf(["promotesFrom"])),
      path: "hosts",
      value: `${host}:${port}`,
      why: `${promotesFrom} does not let ${namespace}/${account} call this: ${allowed.map(said).join(", ")}`,
      fix: `declare it in ${first} first, or add --skip-promotion`,
    };
  });
  if (beyond.length > 0) refuse(file, beyond, json);
  return beyond.length === 0;
}

/** Who may call what, as it were if all meshes had one trust domain. */
function rowsOf(environment: Environment): Row[] {
  const mesh = { ...environment.mesh, trustDomain: "cluster.local" };
  return matrixOf(planEnvironment({ ...environment, mesh }).map(({ manifest }) => manifest));
}
