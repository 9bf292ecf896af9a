import type { Gateway } from "../model/environment.ts";
import { atPart, called, type Finding } from "./finding.ts";
import { isScopedToNamespace } from "./istiod.ts";
import { type Labels, type LiveObject, selects } from "./live.ts";
import type { Situation } from "./situation.ts";

/** Others' objects that act on a gateway's own pods: listeners, routes, policies, filters, logs. */
export function findRivalsAtGateways(situation: Situation): Finding[] {
  return situation.environment.gateways.flatMap((gateway) => {
    const labels = podLabels(situation, gateway);
    return [
      ...gatewayFindings(situation, gateway, labels),
      ...routeFindings(situation, gateway),
      ...policyFindings(situation, gateway, labels),
      ...filterFindings(situation, gateway, labels),
      ...telemetryFindings(situation, gateway, labels),
    ];
  });
}

function podLabels({ planned }: Situation, { name, namespace }: Gateway): Labels {
  const deployment = planned.find(
    ({ kind, metadata }) =>
      kind === "Deployment" && metadata.name === name && metadata.namespace === namespace,
  );
  const spec = deployment?.spec as { template?: { metadata?: { labels?: Labels } } } | undefined;
  return spec?.template?.metadata?.labels ?? {};
}

function gatewayFindings(situation: Situation, gateway: Gateway, labels: Labels): Finding[] {
  const scoped = isScopedToNamespace(situation);
  return situation
    .foreign("Gateway")
    .filter(({ metadata }) => metadata.namespace === gateway.namespace || !scoped)
    .filter(({ spec }) => selects({ matchLabels: spec.selector ?? {} }, labels))
    .map((other) =>
      at(
        situation,
        gateway,
        "problem",
        `${called(other)} selects the gateway's pods, and adds listeners to them or takes the place of ours`,
        other.metadata.namespace === gateway.namespace
          ? "remove it"
          : "change its selector, and set PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true on istiod",
      ),
    );
}

function routeFindings(situation: Situation, gateway: Gateway): Finding[] {
  const ours = situation.planned
    .filter(({ kind, metadata }) => kind === "Gateway" && metadata.namespace === gateway.namespace)
    .flatMap(({ metadata }) => [metadata.name, `${metadata.namespace}/${metadata.name}`]);
  return situation
    .foreign("VirtualService")
    .filter(({ metadata }) => metadata.namespace === gateway.namespace)
    .filter(({ spec: { gateways = [] } }) => gateways.some((name) => ours.includes(name)))
    .map((service) =>
      at(
        situation,
        gateway,
        "problem",
        `${called(service)} adds routes to the gateway, and may send a declared host's calls elsewhere`,
        "remove it",
      ),
    );
}

function policyFindings(situation: Situation, gateway: Gateway, labels: Labels): Finding[] {
  return actingOn(situation, gateway, "AuthorizationPolicy", ({ selector }) =>
    selects(selector ?? {}, labels),
  ).flatMap((policy) => {
    const { action = "ALLOW", rules = [] } = policy.spec;
    // Ours allow nothing else, so one that allows nothing adds nothing.
    if (rules.length === 0 || action === "AUDIT") return [];
    const own = policy.metadata.namespace === gateway.namespace;
    if (action === "ALLOW")
      return at(
        situation,
        gateway,
        "problem",
        `${called(policy)} lets whom it names through the gateway to any host there, beside what is declared`,
        own ? "remove it" : "give it a selector that leaves the gateway's pods out",
      );
    return at(
      situation,
      gateway,
      own ? "problem" : "warning",
      `${called(policy)} (${action}) can refuse calls at the gateway that are granted`,
      own ? "remove it" : "look that its rules leave the callers of declared hosts alone",
    );
  });
}

function filterFindings(situation: Situation, gateway: Gateway, labels: Labels): Finding[] {
  return actingOn(situation, gateway, "EnvoyFilter", ({ workloadSelector, configPatches = [] }) => {
    const contexts = configPatches.map(({ match }) => match?.context ?? "ANY");
    return (
      selects({ matchLabels: workloadSelector?.labels ?? {} }, labels) &&
      contexts.some((context) => context === "ANY" || context === "GATEWAY")
    );
  }).map((filter) => {
    const own = filter.metadata.namespace === gateway.namespace;
    return at(
      situation,
      gateway,
      own ? "problem" : "warning",
      `${called(filter)} changes the configuration of the gateway's Envoy, which no check can see through`,
      own ? "remove it" : "look at what it does, or give it a selector that leaves the gateway's pods out",
    );
  });
}

function telemetryFindings(situation: Situation, gateway: Gateway, labels: Labels): Finding[] {
  return situation
    .foreign("Telemetry")
    .filter(({ metadata }) => metadata.namespace === gateway.namespace)
    .filter(
      ({ spec: { selector, targetRefs } }) => targetRefs === undefined && selects(selector ?? {}, labels),
    )
    .filter(({ spec }) => spec.selector !== undefined && spec.accessLogging !== undefined)
    .map((telemetry) =>
      at(
        situation,
        gateway,
        "warning",
        `${called(telemetry)} turns on Istio's text log at the gateway's pods, or will where it is older than ours: with query strings, and with those who are exempt`,
        "remove it",
      ),
    );
}

/** Others' objects of a kind that act on a gateway's pods: in its namespace, or in the root namespace for all. */
function actingOn<K extends "AuthorizationPolicy" | "EnvoyFilter">(
  situation: Situation,
  gateway: Gateway,
  kind: K,
  applies: (spec: LiveObject<K>["spec"]) => boolean,
): LiveObject<K>[] {
  return situation
    .foreign(kind)
    .filter(
      ({ metadata: { namespace } }) =>
        namespace === gateway.namespace || namespace === situation.rootNamespace,
    )
    .filter(({ spec }) => spec.targetRefs === undefined && applies(spec));
}

function at(
  situation: Situation,
  gateway: Gateway,
  severity: Finding["severity"],
  why: string,
  fix: string,
): Finding {
  return atPart(situation, severity, ["gateways"], `gateway ${gateway.name}`, why, fix);
}
