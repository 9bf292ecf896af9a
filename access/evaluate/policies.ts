import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { AuthorizationPolicy } from "../manifests/specs.ts";
import { remember } from "./remember.ts";
import type { Request } from "./request.ts";
import { type Rules, rulesOf } from "./rules.ts";
import { type Decider, policyStep, type Step, type Tell } from "./step.ts";

/** What the policies of a workload say of a request. */
export interface Verdict {
  readonly allowed: boolean;
  /** Absent where nothing allowed it, or nothing is asked for. */
  readonly by?: Decider;
  /** The DENY rules on trial (`istio.io/dry-run`) that would refuse it. */
  readonly onTrial: readonly Decider[];
  /** What would have to be known beside. */
  readonly unsure: readonly string[];
}

/** The pods of one workload. */
export interface Workload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

type Policy = Read<AuthorizationPolicy>;

/** Whether an object with a selector is for a workload. */
export function selects(
  object: Read<Pick<AuthorizationPolicy, "selector">>,
  { namespace, labels }: Workload,
  rootNamespace: string,
): boolean {
  const wanted = Object.entries(object.spec.selector?.matchLabels ?? {});
  return (
    (object.namespace === namespace || object.namespace === rootNamespace) &&
    wanted.every(([name, value]) => labels[name] === value)
  );
}

/** The AuthorizationPolicies that are for a workload by their selector, and those attached to it by target. */
export function policiesFor(objects: Objects, workload: Workload, rootNamespace: string) {
  const own = objects("AuthorizationPolicy").filter((policy) => selects(policy, workload, rootNamespace));
  const [targeted, selected] = split(own, ({ spec }) => (spec.targetRef ?? spec.targetRefs) !== undefined);
  return { targeted, selected };
}

/** What a workload's Envoy asks itself, in its order: the DENY policies, then the ALLOW policies. */
export function policiesOf(
  objects: Objects,
  workload: Workload,
  { trustDomain, rootNamespace }: MeshSettings,
): (request: Request, tell: Tell) => Verdict {
  const { targeted, selected } = policiesFor(objects, workload, rootNamespace);
  // What a target is, a selector's rules do not say.
  const unsure = targeted.map(({ key }) => `${key} names its workload by targetRef`);
  const [trial, enforced] = split(selected, isOnTrial);
  const of = (policies: readonly Policy[], action: string) =>
    policies.filter(({ spec }) => (spec.action ?? "ALLOW") === action);
  const allowing = of(enforced, "ALLOW");
  const compiled = remember((protocol: Request["protocol"]) => {
    const asIstiod = { trustDomain, protocol };
    return {
      deny: rulesOf(of(enforced, "DENY"), { ...asIstiod, isAllow: false }),
      denyOnTrial: rulesOf(of(trial, "DENY"), { ...asIstiod, isAllow: false }),
      allow: rulesOf(allowing, { ...asIstiod, isAllow: true }),
    };
  });
  return (request, tell) => {
    const known = compiled(request.protocol);
    const untold: string[] = [...unsure];
    const first = (rules: Rules) => {
      for (const rule of rules.holding(request)) {
        if (rule.unsure.length === 0) return rule;
        untold.push(`${rule.by.object} asks for ${rule.unsure.join(", ")}`);
      }
      return undefined;
    };
    const onTrial = known.denyOnTrial.holding(request).map(({ by }) => by);
    for (const by of onTrial)
      tell?.(policyStep(true, "is on trial: were it enforced, it would refuse this", by));
    const refused = first(known.deny);
    if (refused !== undefined) {
      tell?.(policyStep(false, "denies it, which wins over all that allows", refused.by));
      return { allowed: false, by: refused.by, onTrial, unsure: untold };
    }
    if (allowing.length === 0) {
      tell?.(policyStep(true, "no policy says who may call"));
      return { allowed: true, onTrial, unsure: untold };
    }
    const granted = first(known.allow);
    tell?.(granted === undefined ? nearest(known.allow, request) : policyStep(true, "allows it", granted.by));
    return {
      allowed: granted !== undefined,
      ...(granted === undefined ? {} : { by: granted.by }),
      onTrial,
      unsure: untold,
    };
  };
}

/** How a rule's fields are called in words. */
const FIELDS: Readonly<Record<string, string>> = {
  principals: "caller",
  paths: "path",
  methods: "method",
  requestPrincipals: "end user's token",
};

/** Of the rules for the host, if there are any, the one that lacks least. */
function nearest({ naming }: Rules, request: Request): Step {
  const [closest] = naming(request)
    .map(({ by, misses }) => ({ by, lacks: [...new Set(misses(request))] }))
    .sort((a, b) => a.lacks.length - b.lacks.length);
  if (closest === undefined) return policyStep(false, "no policy allows it, and none is for this host");
  const others = closest.lacks.map((field) => FIELDS[field] ?? field).join(" and ");
  return policyStep(
    false,
    `no policy allows it; this one is for the host, but another ${others}`,
    closest.by,
  );
}

/** Whether a policy is on trial: told of, and not in force. */
export function isOnTrial({ annotations }: Policy): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(annotations["istio.io/dry-run"] ?? "");
}

function split<T>(list: readonly T[], test: (one: T) => boolean): [yes: T[], no: T[]] {
  return [list.filter(test), list.filter((one) => !test(one))];
}
