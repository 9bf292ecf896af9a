import type { Gateway } from "../model/environment.ts";
import { gatewayHost } from "../plan/hosts/context.ts";
import { atHosts, called, type Finding } from "./finding.ts";
import { covers, type LiveObject } from "./live.ts";
import { grantedTo, type Situation } from "./situation.ts";

/**
 * Others' DestinationRules for a gateway's Service. Istio takes a caller's own namespace's first and looks no further,
 * so that ours, with the hop's mutual TLS and its subsets, is gone for that namespace.
 */
export function findRivalsOfHop(situation: Situation): Finding[] {
  return situation.environment.gateways.flatMap((gateway) =>
    situation.foreign("DestinationRule").flatMap((rule) => ruleFindings(situation, gateway, rule)),
  );
}

function ruleFindings(
  situation: Situation,
  gateway: Gateway,
  rule: LiveObject<"DestinationRule">,
): Finding[] {
  const service = gatewayHost({ gateway });
  const { namespace = "" } = rule.metadata;
  const { host = "" } = rule.spec;
  if (!isUsedIn(rule, namespace)) return [];
  if (namespace === gateway.namespace) {
    if (host !== service && host !== gateway.name) return [];
    const hosts = situation.declared.filter((declared) => declared.gateway === gateway.name);
    return atHosts(
      "problem",
      hosts,
      `${called(rule)} is for the gateway's Service too, and Istio may take it instead of ours: calls fail with 503`,
      "remove it",
    );
  }
  if (!covers(host, service)) return [];
  const hosts = grantedTo(situation, namespace).filter((declared) => declared.gateway === gateway.name);
  return atHosts(
    "problem",
    hosts,
    `${called(rule)} (host ${host}) replaces ours for the gateway's Service ${service} whole: calls from ${namespace} fail with 503`,
    `remove it, or name in its host the Services that it is for`,
  );
}

/** A rule that is exported elsewhere alone does not count at home. */
function isUsedIn({ spec: { exportTo = [], workloadSelector } }: LiveObject<"DestinationRule">, own: string) {
  if (workloadSelector !== undefined || exportTo.length === 0) return true;
  return exportTo.some((target) => target === "*" || target === "." || target === own);
}
