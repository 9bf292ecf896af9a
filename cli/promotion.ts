import { dirname, join } from "node:path";
import { Option } from "commander";
import { accessBeyond } from "../access/diff/access.ts";
import { matrixOf, type Row } from "../access/matrix/matrix.ts";
import { type Environment, type Loaded, loadEnvironment, type Problem } from "../model/index.ts";
import { type Files, filesBelow } from "../model/read/files.ts";
import { planEnvironment } from "../plan/plan.ts";
import { refuse } from "./input/environment.ts";
import { said } from "./output/cells.ts";

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
 * @param file the environment's file
 */
export function isPromoted(
  file: string,
  declaration: Declaration,
  { now, json = false }: { readonly now?: Date; readonly json?: boolean },
): boolean {
  const faults = promotionFaults(declaration, now === undefined ? {} : { now });
  if (faults.length > 0) refuse(file, faults, json);
  return faults.length === 0;
}

type Declaration = Loaded & { readonly environment: Environment };

/** How {@link promotionFaults} reads the other environment. */
interface ReadOptions {
  /** The moment that rules with a last day are judged at; the present by default. */
  readonly now?: Date;
  /** The files of an environment file; the disk's by default. */
  readonly filesOf?: (file: string) => Files;
}

/**
 * What an environment grants that is not granted where it says that it promotes from, the file of that name beside its
 * own; where that is at fault, its problems.
 */
export function promotionFaults(
  { environment, declared, positionOf }: Declaration,
  { now = new Date(), filesOf = filesBelow }: ReadOptions = {},
): Problem[] {
  const { promotesFrom } = environment;
  if (promotesFrom === undefined) return [];
  const at = positionOf(["promotesFrom"]);
  const first = join(dirname(at.file), `${promotesFrom}.yaml`);
  const { environment: before, problems } = loadEnvironment(first, { now, files: filesOf(first) });
  if (before === undefined) return [...problems];
  return accessBeyond(rowsOf(environment), rowsOf(before)).map((row): Problem => {
    const { namespace, account, host, port, allowed } = row;
    const place = declared.find((one) => one.host === host && one.port === port)?.at;
    return {
      ...(place ?? at),
      path: "hosts",
      value: `${host}:${port}`,
      why: `${promotesFrom} does not let ${namespace}/${account} call this: ${allowed.map(said).join(", ")}`,
      fix: `declare it in ${first} first, or deploy with --skip-promotion`,
    };
  });
}

/** Who may call what, as it were if all meshes had one trust domain. */
function rowsOf(environment: Environment): readonly Row[] {
  const mesh = { ...environment.mesh, trustDomain: "cluster.local" };
  return matrixOf(planEnvironment({ ...environment, mesh }).map(({ manifest }) => manifest));
}
