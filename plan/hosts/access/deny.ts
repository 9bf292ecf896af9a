import { isDeepStrictEqual } from "node:util";
import type { Host } from "../../../model/environment.ts";
import { remaining } from "../../../model/rules/callers.ts";
import { isEveryone, type Rule } from "../../../model/rules/rule.ts";
import { CollisionError } from "../../collision.ts";
import { gatewaySelector, inGatewayNamespace, OWNER_LABEL } from "../../labels.ts";
import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";
import { perListener } from "./host-match.ts";
import { policyRule } from "./policy-rule.ts";

/** The name of a deny rule's policy. Envoy logs it with each refusal, and its key leads to the declaration. */
export function denialName(gateway: string, { key, audit }: Rule): string {
  return `${gateway}-${audit ? "audit" : "deny"}-${key}`;
}

/**
 * The policies that refuse, one for each rule with all its hosts. Istio's dry run is per policy, so an audit has one of
 * its own. They come before what allows, and go after it: at no moment is open what they close.
 *
 * @throws CollisionError naming two hosts whose rules differ, and would be one policy
 */
export function planDenials(context: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const denied = hosts.flatMap((host) =>
    host.deny.map((rule) => ({ host, rule, name: denialName(context.gateway.name, rule) })),
  );
  return [...Map.groupBy(denied, ({ name }) => name)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, entries]) =>
      entries.slice(0, 1).map(({ host: first, rule }): PlannedObject => {
        const rival = entries.find((other) => !isDeepStrictEqual(other.rule, rule));
        if (rival !== undefined)
          throw new CollisionError(`rules of ${first.host} and of ${rival.host.host}`, name);
        const manifest = denial(
          context,
          name,
          rule,
          entries.map(({ host }) => host),
        );
        return { wave: "guard", manifest };
      }),
    );
}

function denial(context: HostsContext, name: string, rule: Rule, hosts: readonly Host[]): Manifest {
  const { gateway } = context;
  const metadata = inGatewayNamespace(gateway, name, { [OWNER_LABEL]: rule.owner });
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: rule.audit ? { ...metadata, annotations: { "istio.io/dry-run": "true" } } : metadata,
    spec: {
      selector: { matchLabels: gatewaySelector(gateway.name) },
      action: "DENY",
      rules: perListener(hosts).map((alike): Json => policyRule(context, alike, sourceOf(rule), rule)),
    },
  };
}

/** Everyone is no condition at all: who has no identity is refused too. */
function sourceOf(rule: Rule) {
  const { from, except } = remaining(rule);
  return { from: from.some(isEveryone) ? [] : from, except };
}
