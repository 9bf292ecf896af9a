import { tlsOf } from "../access/manifests/client-tls.ts";
import type { Objects, Read } from "../access/manifests/read.ts";
import type { DestinationRule } from "../access/manifests/specs.ts";
import { egressGateways, fullName, gatewayHosts } from "./egress-gateways.ts";
import type { Rule, Violation } from "./rule.ts";

const MODE = "ISTIO_MUTUAL";

/** Callers reach an egress gateway by Istio's mutual TLS alone, as it tells nobody from another without. */
export const hopIdentity: Rule = {
  name: "hop-identity",
  description: "The hop to an egress gateway has the caller's identity: Istio's mutual TLS on both sides.",
  find: (objects) => [...atGateways(objects), ...inSidecars(objects)],
};

function atGateways(objects: Objects): Violation[] {
  const names = egressGateways(objects);
  return objects("Gateway")
    .filter(({ namespace, name }) => names.has(`${namespace}/${name}`))
    .flatMap(({ key, spec }) =>
      spec.servers.flatMap(({ tls }, index) =>
        tls?.mode === MODE
          ? []
          : [
              {
                object: key,
                path: `spec.servers[${index}].tls.mode`,
                why: "an egress gateway takes calls here without knowing whose they are",
                fix: `set it to ${MODE}, with a protocol that has TLS`,
              },
            ],
      ),
    );
}

function inSidecars(objects: Objects): Violation[] {
  const hosts = [...gatewayHosts(objects)];
  return objects("DestinationRule").flatMap((rule) => {
    const name = fullName(rule.spec.host, rule.namespace);
    if (!hosts.some((host) => covers(name, host))) return [];
    // A wildcard's silence leaves what the gateway's own rule says.
    return name.startsWith("*") ? weakened(rule) : [...unsaid(rule), ...weakened(rule)];
  });
}

function weakened({ key, spec }: Read<DestinationRule>): Violation[] {
  return tlsOf(spec)
    .filter(({ tls }) => tls?.mode !== MODE)
    .map(({ path }) => withoutIdentity(key, `${path}.mode`));
}

/** Automatic mutual TLS does not help: Istio's gateways do not say that they take it. */
function unsaid({ key, spec }: Read<DestinationRule>): Violation[] {
  return spec.trafficPolicy?.tls === undefined ? [withoutIdentity(key, "spec.trafficPolicy.tls.mode")] : [];
}

function withoutIdentity(object: string, path: string): Violation {
  return {
    object,
    path,
    why: "sidecars call an egress gateway without their identity",
    fix: `set it to ${MODE}`,
  };
}

/** Whether a DestinationRule's host is a name, or a wildcard that it falls under. */
function covers(pattern: string, host: string): boolean {
  return pattern.startsWith("*") ? host.endsWith(pattern.slice(1)) : pattern === host;
}
