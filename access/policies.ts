import { DEFAULT_MESH, type MeshSettings } from "./mesh.ts";
import type { AuthorizationPolicy, Objects, Read } from "./read.ts";
import type { Request } from "./request.ts";
import { type CompiledRule, compileRule } from "./rule.ts";

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
): (request: Request) => Verdict {
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
      indexRules(
        policies.flatMap((policy) => rulesOf(policy, { trustDomain, protocol, isAllow })),
        protocol,
      );
    return {
      deny: indexed(of(enforced, "DENY")),
      denyOnTrial: indexed(of(trial, "DENY")),
      custom: indexed(of(selected, "CUSTOM")),
      allow: indexed(allowing, true),
    };
  };
  const compiled = new Map<Request["protocol"], ReturnType<typeof compileFor>>();
  return (request) => {
    const { protocol } = request;
    const known = compiled.get(protocol) ?? compileFor(protocol);
    compiled.set(protocol, known);
    const untold: string[] = [...unsure];
    const first = (rules: Rules) => {
      for (const rule of rules(request)) {
        if (rule.unsure.length === 0) return rule;
        untold.push(`${rule.by.object} asks for ${rule.unsure.join(", ")}`);
      }
      return undefined;
    };
    const onTrial = known.denyOnTrial(request).map(({ by }) => by);
    const refused = first(known.deny);
    if (refused !== undefined) return { allowed: false, by: refused.by, onTrial, unsure: untold };
    for (const { by, provider } of known.custom(request))
      untold.push(`${by.object} leaves it to the authorizer ${provider}`);
    if (allowing.length === 0) return { allowed: true, onTrial, unsure: untold };
    const granted = first(known.allow);
    return {
      allowed: granted !== undefined,
      ...(granted === undefined ? {} : { by: granted.by }),
      onTrial,
      unsure: untold,
    };
  };
}

type Rules = (request: Request) => readonly NamedRule[];

/** The rules that hold, in order. Most name their hosts: these are found by name, and only the others one by one. */
function indexRules(rules: readonly NamedRule[], protocol: Request["protocol"]): Rules {
  const sorted = [...rules].sort((a, b) => (a.name < b.name ? -1 : 1));
  const byName = new Map<string, NamedRule[]>();
  const others = sorted.filter(({ names }) => names === undefined);
  for (const rule of sorted)
    for (const name of new Set(rule.names)) {
      const known = byName.get(name);
      if (known) known.push(rule);
      else byName.set(name, [rule]);
    }
  return (request) => {
    const named = byName.get(protocol === "http" ? request.authority.toLowerCase() : request.sni) ?? [];
    const found = named.filter(({ test }) => test(request));
    if (others.length === 0) return found;
    return [...found, ...others.filter(({ test }) => test(request))].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  };
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

function isOnTrial({ annotations }: Policy): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(annotations["istio.io/dry-run"] ?? "");
}

function split<T>(list: readonly T[], test: (one: T) => boolean): [yes: T[], no: T[]] {
  return [list.filter(test), list.filter((one) => !test(one))];
}
