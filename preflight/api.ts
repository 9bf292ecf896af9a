import type { Listing, Reading } from "../cluster/running.ts";
import { atPart, type Finding } from "./finding.ts";
import type { Situation } from "./situation.ts";

/** Kinds that the cluster does not have, and what this user may not see. */
export function findGaps(situation: Situation): Finding[] {
  const { absent, forbidden } = situation.running;
  const at = ["environment"];
  return [
    ...(absent.length === 0
      ? []
      : [
          atPart(
            situation,
            "problem",
            at,
            "cluster",
            `its API has no ${absent.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join(", ")}`,
            "install or upgrade what brings them (Istio, Karpenter, Kubernetes itself), see docs/requirements.md",
          ),
        ]),
    ...forbidden.map((hidden) =>
      atPart(
        situation,
        "warning",
        at,
        "cluster",
        `this user may not ${describe(hidden)}, so what they may break was not looked at`,
        "ask with a user who may read them",
      ),
    ),
  ];
}

function describe({ apiVersion, kind, namespace, ...rest }: Listing | Reading): string {
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  return "name" in rest ? `get the ${kind} ${rest.name}${where}` : `list ${apiVersion} ${kind}${where}`;
}
