import { DEFAULT_MESH, type MeshSettings } from "../manifests/mesh.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { AuthorizationPolicy } from "../manifests/specs.ts";
import type { Request } from "./request.ts";
import { type CompiledRule, compileRule } from "./rule.ts";
import type { Step, Tell } from "./step.ts";

/** The object that decided, and where in it. */
export interface Decider {
  /** `kind/namespace/name`. */
  readonly object: string;
  /** A policy's rule, counted from 0. */
  readonly rule?: number;
  /** A route's name. */
  readonly route?: string;
}

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
interface NamedRule extends CompiledRule {
  /** As Envoy's log has it; it asks the rules in the order of their names. */
  readonly name: string;
  readonly by: Decider;
  readonly provider: string;
}

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

/** All policies that are for a workload, as its Envoy asks them: DENY, CUSTOM, ALLOW. */
export function policiesOf(
  objects: Objects,
  workload: Workload,
  { trustDomain, rootNamespace }: MeshSettings = DEFAULT_MESH,
): (request: Request, tell?: Tell) => Verdict {
  const own = objects("AuthorizationPolicy").filter((policy) => selects(policy, workload, rootNamespace));
  // Attached by target, which a selector's rules do not say.
  const [targeted, selected] = split(own, ({ spec }) => (spec.targetRef ?? spec.targetRefs) !== undefined);
  const unsure = targeted.map(({ key }) => `${key} names its workload by targetRef`);
  const [trial, enforced] = split(selected, isOnTrial);
  const of = (policies: readonly Policy[], action: string) =>
    policies.filter(({ spec }) => (spec.action ?? "ALLOW") === action);
  const allowing = of(enforced, "ALLOW");

  const compileFor = (protocol: Request["protocol"]) => {
    const indexed = (policies: readonly Policy[], isAllow = false) =>
      indexRules(policies.flatMap((policy) => rulesOf(policy, { trustDomain, protocol, isAllow })));
    return {
      deny: indexed(of(enforced, "DENY")),
      denyOnTrial: indexed(of(trial, "DENY")),
      custom: indexed(of(selected, "CUSTOM")),
      allow: indexed(allowing, true),
    };
  };
  const compiled = new Map<Request["protocol"], ReturnType<typeof compileFor>>();
  return (request, tell) => {
    const { protocol } = request;
    const known = compiled.get(protocol) ?? compileFor(protocol);
    compiled.set(protocol, known);
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
    for (const { by, provider } of known.custom.holding(request)) {
      untold.push(`${by.object} leaves it to the authorizer ${provider}`);
      tell?.(policyStep(true, `asks the authorizer ${provider}, which may refuse it`, by));
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

function policyStep(passes: boolean, says: string, by?: Decider): Step {
  return { at: "policy", passes, ...by, says };
}

/** The fields of a rule that tell hosts apart. */
const NAMES = ["hosts", "connection.sni", "ports"];

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

interface Rules {
  /** The rules that hold, in order. */
  readonly holding: (request: Request) => readonly NamedRule[];
  /** Those that are for the host that is asked for. */
  readonly naming: (request: Request) => readonly NamedRule[];
}

/** Most rules name their hosts: these are found by name, and only the others one by one. */
function indexRules(rules: readonly NamedRule[]): Rules {
  const sorted = [...rules].sort(byRuleName);
  const byAuthority = new Map<string, NamedRule[]>();
  const bySni = new Map<string, NamedRule[]>();
  const others: NamedRule[] = [];
  const note = (map: Map<string, NamedRule[]>, name: string, rule: NamedRule) => {
    const known = map.get(name);
    if (known) known.push(rule);
    else map.set(name, [rule]);
  };
  for (const rule of sorted)
    if (rule.authorities !== undefined)
      for (const name of new Set(rule.authorities)) note(byAuthority, name, rule);
    else if (rule.names !== undefined) for (const name of new Set(rule.names)) note(bySni, name, rule);
    else others.push(rule);
  const named = ({ authority, sni }: Request) => [byAuthority.get(authority.toLowerCase()), bySni.get(sni)];
  return {
    holding: (request) => {
      if (rules.length === 0) return rules;
      const lists = [...named(request), others];
      const found = lists.flatMap((some = []) => some.filter(({ test }) => test(request)));
      return found.length > 1 ? found.sort(byRuleName) : found;
    },
    naming: (request) => {
      const isNamed = ({ misses }: NamedRule) => !misses(request).some((field) => NAMES.includes(field));
      return [...named(request).flatMap((some = []) => some), ...others].filter(isNamed);
    },
  };
}

function byRuleName(a: NamedRule, b: NamedRule): number {
  return a.name < b.name ? -1 : 1;
}

function rulesOf(
  { key, name, namespace, spec }: Policy,
  context: {
    readonly trustDomain: string;
    readonly protocol: Request["protocol"];
    readonly isAllow: boolean;
  },
): NamedRule[] {
  return (spec.rules ?? []).flatMap((rule, index) => {
    const compiled = compileRule(rule, { namespace, ...context });
    if (compiled === undefined) return [];
    return [
      {
        ...compiled,
        name: `ns[${namespace}]-policy[${name}]-rule[${index}]`,
        by: { object: key, rule: index },
        provider: spec.provider?.name ?? "",
      },
    ];
  });
}

/** Whether a policy is on trial: told of, and not in force. */
export function isOnTrial({ annotations }: Policy): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(annotations["istio.io/dry-run"] ?? "");
}

function split<T>(list: readonly T[], test: (one: T) => boolean): [yes: T[], no: T[]] {
  return [list.filter(test), list.filter((one) => !test(one))];
}
