import type { ClusterAccess } from "../cluster/access.ts";
import { type Running, readRunning } from "../cluster/running.ts";
import { type Problem, sortProblems } from "../model/problem.ts";
import { planEnvironment } from "../plan/plan.ts";
import { findAccessFaults } from "./access.ts";
import { findGaps } from "./api.ts";
import type { Finding } from "./finding.ts";
import { findRivalsAtGateways } from "./gateways.ts";
import { findRivalsOfHop } from "./hop.ts";
import { findRivalsOfHosts } from "./hosts.ts";
import { findHttpOnTcpPorts } from "./http-services.ts";
import { findIstiodSettings } from "./istiod.ts";
import { findMeshSettings } from "./mesh.ts";
import { findNamespaceFaults } from "./namespaces.ts";
import { findSecretFaults } from "./secrets.ts";
import { findRivalSidecars } from "./sidecars.ts";
import { type Declaration, type Situation, situationOf } from "./situation.ts";
import { wantedListings, wantedSecrets } from "./wanted.ts";

const RULES: readonly ((situation: Situation) => Finding[])[] = [
  findGaps,
  findRivalsOfHosts,
  findHttpOnTcpPorts,
  findRivalsOfHop,
  findRivalSidecars,
  findRivalsAtGateways,
  findIstiodSettings,
  findMeshSettings,
  findAccessFaults,
  findSecretFaults,
  findNamespaceFaults,
];

/** What is wrong between an environment and a cluster. */
interface Preflight {
  /** What would break or bypass the environment; sorted by file and line. */
  readonly problems: readonly Problem[];
  /** What may; sorted likewise. */
  readonly warnings: readonly Problem[];
}

/**
 * Looks at what already runs in a cluster, and reports what would break or bypass an environment there. Writes nothing.
 *
 * @throws ClusterError if the cluster does not answer
 */
export async function preflight(access: ClusterAccess, declaration: Declaration): Promise<Preflight> {
  const { environment } = declaration;
  const planned = planEnvironment(environment).map(({ manifest }) => manifest);
  const running = await readRunning(access, wantedListings(environment, planned), wantedSecrets(environment));
  return judge(declaration, running, new Date());
}

/** What the rules find, out of what was read of the cluster. */
export function judge(declaration: Declaration, running: Running, now: Date): Preflight {
  const situation = situationOf(declaration, running, now);
  const findings = RULES.flatMap((rule) => rule(situation));
  const of = (wanted: Finding["severity"]) =>
    sortProblems(findings.filter(({ severity }) => severity === wanted).map(({ problem }) => problem));
  return { problems: of("problem"), warnings: of("warning") };
}
