import { groupOf, type Manifest } from "../../plan/manifest.ts";
import { kindRead } from "../manifests/read.ts";
import { hasSay, type Unjudged, unjudgedBy, whyUnjudged } from "../manifests/unjudged.ts";

/** By API group, the kinds that are not read and say nothing of what leaves. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  "": ["Secret", "ServiceAccount"],
  autoscaling: ["HorizontalPodAutoscaler"],
  policy: ["PodDisruptionBudget"],
  "rbac.authorization.k8s.io": ["Role", "RoleBinding"],
};

/** What a diff can't tell the meaning of, beside what could change an answer: each object with its reasons. */
export function unknownIn(manifests: readonly Manifest[]): Unjudged[] {
  return unjudgedBy(manifests, (manifest) => {
    if (hasSay(manifest)) return [];
    const { apiVersion, kind } = manifest;
    const isKnown = kindRead(manifest) !== undefined || SILENT[groupOf(apiVersion)]?.includes(kind);
    return isKnown ? whyUnjudged(manifest) : ["is of a kind that is not read"];
  });
}
