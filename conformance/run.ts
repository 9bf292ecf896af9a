import { join } from "node:path";
import fc from "fast-check";
import { type Evaluator, evaluator, type Outcome, type Probe } from "../access/evaluate/evaluate.ts";
import type { MeshSettings } from "../access/manifests/mesh.ts";
import type { ClusterAccess } from "../cluster/access.ts";
import { PATH_NORMALIZATION } from "../lab/cluster/istio.ts";
import type { Host } from "../model/environment.ts";
import type { Manifest, PlannedObject } from "../plan/manifest.ts";
import { planEnvironment } from "../plan/plan.ts";
import { planRollout, runRollout } from "../rollout/apply.ts";
import { authorizer } from "../walk/authorizer.ts";
import { kubectl as kubectlOn } from "../walk/kubectl.ts";
import { type AuthorizerState, authorizeBy, authorizerState, setAuthorizer } from "./authorizer.ts";
import { makeCallers, removeCallers } from "./cluster.ts";
import { askAll } from "./curl.ts";
import { ENVIRONMENT, environment } from "./declarations.ts";
import { policies } from "./policies.ts";
import { probe } from "./probes.ts";

/** Where and how much is asked. */
interface Run {
  readonly access: ClusterAccess;
  /** The folder with kubectl. */
  readonly programs: string;
  readonly probes: number;
  /** The same seed asks the same. */
  readonly seed: number;
  /** Ends the run; what it made is removed. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** A call that Envoy answers otherwise than the evaluator does; the smallest that was found. */
export interface Disagreement {
  readonly probe: Probe;
  readonly expected: Outcome;
  readonly got: string;
  /** What was declared. */
  readonly hosts: readonly Host[];
  /** What stood beside the planned policies. */
  readonly policies: readonly Manifest[];
  readonly authorizer: AuthorizerState;
}

/** What came of a run. */
export interface Result {
  readonly seed: number;
  readonly environments: number;
  readonly probes: number;
  /** How often Envoy gave each answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** Of all disagreements, the smallest of each environment. */
  readonly disagreements: readonly Disagreement[];
  readonly disagreeing: number;
}

/** So many calls are made in one environment: to put one in force takes longer than to call. */
const PROBES_EACH = 400;
const LIMIT_SECONDS = 120;
/** Smaller calls are looked for so long. */
const SHRINK_MILLISECONDS = 30_000;

/**
 * Puts random environments in force one after the other and asks random calls in each, of the evaluator and of real
 * Envoy. What an earlier, killed run left is removed first, and all that this one made at its end.
 *
 * @throws the signal's reason where it was ended
 */
export async function run({ access, programs, probes, seed, signal, say }: Run): Promise<Result> {
  const kubectl = kubectlOn(join(programs, "kubectl"), access);
  const apply = async (objects: readonly PlannedObject[]) => {
    const rollout = await planRollout(access, ENVIRONMENT, objects);
    const options = { istiodNamespace: "istio-system", limitSeconds: LIMIT_SECONDS };
    await runRollout(access, rollout, options);
  };
  const ask = (some: readonly Probe[]) => askAll(kubectl, some);
  const answers = new Map<string, number>();
  const disagreements: Disagreement[] = [];
  let disagreeing = 0;
  const iam = authorizer(kubectl);
  const worlds = fc.sample(fc.tuple(environment, policies, authorizerState), {
    seed,
    numRuns: Math.ceil(probes / PROBES_EACH),
  });
  try {
    await makeCallers(kubectl);
    for (const [index, [declared, beside, state]] of worlds.entries()) {
      signal.throwIfAborted();
      const objects = [...planEnvironment(declared), ...beside];
      await setAuthorizer(iam, state);
      await apply(objects);
      const manifests = objects.map(({ manifest }) => manifest);
      const { outboundTrafficPolicy } = declared.mesh;
      const mesh: Partial<MeshSettings> = { outboundTrafficPolicy, pathNormalization: PATH_NORMALIZATION };
      const { evaluate } = evaluator(manifests, mesh, authorizeBy(state));
      const count = Math.min(PROBES_EACH, probes - index * PROBES_EACH);
      const settings = { seed: seed + index, numRuns: count };
      const calls = callsOf(settings);
      const got = await ask(calls);
      for (const answer of got) answers.set(answer, (answers.get(answer) ?? 0) + 1);
      const differing = calls.filter((call, at) => !agrees(evaluate(call), got[at] ?? ""));
      for (const call of differing)
        say(`  ${JSON.stringify(call)}: ${got[calls.indexOf(call)]}, not ${evaluate(call).answer}`);
      say(`environment ${index + 1} of ${worlds.length}: ${count} calls, ${differing.length} disagreements`);
      disagreeing += differing.length;
      for (const call of differing) {
        const smallest = await shrink(settings, calls.indexOf(call), evaluate, ask);
        if (smallest === undefined) continue;
        const { hosts } = declared;
        const other = beside.map(({ manifest }) => manifest);
        disagreements.push({ ...smallest, hosts, policies: other, authorizer: state });
        break;
      }
    }
  } finally {
    say("Removing what the run made");
    await apply([]);
    await removeCallers(kubectl);
    await iam.remove();
  }
  return {
    seed,
    environments: worlds.length,
    probes,
    answers: Object.fromEntries([...answers].sort()),
    disagreements,
    disagreeing,
  };
}

/** What is not judged must not be in these environments at all. */
function agrees({ answer, unsure }: Outcome, got: string): boolean {
  return answer === got && unsure.length === 0;
}

interface Settings {
  readonly seed: number;
  readonly numRuns: number;
}

/** The calls that a property with these settings would be tried with. */
function callsOf(settings: Settings): Probe[] {
  const calls: Probe[] = [];
  fc.assert(
    fc.property(probe, (one) => {
      calls.push(one);
    }),
    settings,
  );
  return calls;
}

/** The smallest call that Envoy answers otherwise, from one of the calls on; undefined where that one agrees now. */
async function shrink(
  settings: Settings,
  index: number,
  evaluate: Evaluator["evaluate"],
  ask: (probes: readonly Probe[]) => Promise<string[]>,
): Promise<Pick<Disagreement, "probe" | "expected" | "got"> | undefined> {
  const found: Pick<Disagreement, "probe" | "expected" | "got">[] = [];
  await fc.check(
    fc.asyncProperty(probe, async (one) => {
      const [got = ""] = await ask([one]);
      const expected = evaluate(one);
      if (agrees(expected, got)) return;
      found.push({ probe: one, expected, got });
      throw new Error("disagrees");
    }),
    { ...settings, numRuns: 1, path: String(index), interruptAfterTimeLimit: SHRINK_MILLISECONDS },
  );
  return found.at(-1);
}
