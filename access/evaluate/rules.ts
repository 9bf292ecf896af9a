import type { Read } from "../manifests/read.ts";
import type { AuthorizationPolicy } from "../manifests/specs.ts";
import type { Request } from "./request.ts";
import { type CompiledRule, compileRule, type RuleContext } from "./rule.ts";
import type { Decider } from "./step.ts";

/** The fields of a rule that tell hosts apart. */
const NAMES = ["hosts", "connection.sni", "ports"];

/** A compiled rule, and where it stands. */
export interface NamedRule extends CompiledRule {
  /** As Envoy's log has it; it asks the rules in the order of their names. */
  readonly name: string;
  readonly by: Decider;
  /** Of a CUSTOM policy the name of its authorizer. */
  readonly provider: string;
}

/** The rules of some policies, found by the host that they name. */
export interface Rules {
  /** The rules that hold, in order. */
  readonly holding: (request: Request) => readonly NamedRule[];
  /** Those that are for the host that is asked for. */
  readonly naming: (request: Request) => readonly NamedRule[];
}

type PolicyContext = Omit<RuleContext, "namespace">;

/** Compiles policies. Most rules name their hosts: these are found by name, and only the others one by one. */
export function rulesOf(policies: readonly Read<AuthorizationPolicy>[], context: PolicyContext): Rules {
  const rules = policies.flatMap((policy) => namedRules(policy, context));
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

function namedRules(
  { key, name, namespace, spec }: Read<AuthorizationPolicy>,
  context: PolicyContext,
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
