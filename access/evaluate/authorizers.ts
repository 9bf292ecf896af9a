import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects } from "../manifests/read.ts";
import { policiesFor, type Verdict, type Workload } from "./policies.ts";
import { remember } from "./remember.ts";
import type { Request } from "./request.ts";
import { rulesOf } from "./rules.ts";
import { policyStep, type Tell } from "./step.ts";

/** Whether an external authorizer, by its provider's name, lets a request pass; undefined where that is not known. */
export type Authorize = (provider: string, request: Request) => boolean | undefined;

/**
 * The CUSTOM policies that are for a workload. Its Envoy asks their authorizer before it looks at tokens and at other
 * policies; a rule of theirs that looked at who calls, Istio would not take.
 */
export function authorizersOf(
  objects: Objects,
  workload: Workload,
  { trustDomain, rootNamespace }: MeshSettings,
  authorize: Authorize,
): (request: Request, tell: Tell) => Verdict {
  const { selected } = policiesFor(objects, workload, rootNamespace);
  const asking = selected.filter(({ spec }) => spec.action === "CUSTOM");
  const rules = remember((protocol: Request["protocol"]) =>
    rulesOf(asking, { trustDomain, protocol, isAllow: false }),
  );
  return (request, tell) => {
    const unsure: string[] = [];
    for (const rule of rules(request.protocol).holding(request)) {
      const { by, provider } = rule;
      const passes = authorize(provider, request);
      const asks = `asks the authorizer ${provider}`;
      if (passes === true) {
        tell?.(policyStep(true, `${asks}, which lets it pass`, by));
      } else if (passes === undefined) {
        unsure.push(`whether the authorizer ${provider}, asked by ${by.object}, lets it pass`);
        tell?.(policyStep(true, `${asks}, whose answer decides: only what it lets pass goes on`, by));
      } else if (rule.unsure.length > 0) {
        unsure.push(`${by.object} asks for ${rule.unsure.join(", ")}`);
      } else {
        tell?.(policyStep(false, `${asks}, which refuses it`, by));
        return { allowed: false, by, onTrial: [], unsure };
      }
    }
    return { allowed: true, onTrial: [], unsure };
  };
}
