import { tlsOf } from "../manifests/client-tls.ts";
import type { Objects } from "../manifests/read.ts";
import type { PolicyRule } from "../manifests/specs.ts";
import { type Fact, type Protection, podsOf } from "./fact.ts";

/** By whom and how the gateways know callers: certificates on the hop, tokens, authorizers, and refusal by default. */
export function identityFacts(objects: Objects): Protection {
  const gateways = objects("Service").map(({ namespace, spec }) => podsOf(namespace, spec.selector));
  return {
    facts: [...hopFacts(objects), ...policyFacts(objects), ...tokenFacts(objects)],
    subjects: new Set(gateways.map((gateway) => `gateway ${gateway}`)),
  };
}

function hopFacts(objects: Objects): Fact[] {
  const servers = objects("Gateway").flatMap(({ key, namespace, spec }) =>
    spec.servers
      .filter(({ tls }) => tls?.mode !== "ISTIO_MUTUAL")
      .map(({ port, tls }): Fact => {
        const gateway = podsOf(namespace, spec.selector);
        return {
          family: "lockdown",
          kind: "opening",
          key: `anonymous hop ${gateway} ${port.number}`,
          says: `${gateway} takes calls without the mesh's identity on port ${port.number} (TLS ${tls?.mode ?? "none"})`,
          object: key,
        };
      }),
  );
  const services = new Set(
    objects("Service").map(({ name, namespace }) => `${name}.${namespace}.svc.cluster.local`),
  );
  const rules = objects("DestinationRule")
    .filter(({ spec }) => services.has(spec.host))
    .flatMap(({ key, spec }) =>
      tlsOf(spec).flatMap(({ subset, port, tls }): Fact[] => {
        const mode = tls?.mode;
        if (mode === undefined || mode === "ISTIO_MUTUAL") return [];
        const where = [
          ...(subset === undefined ? [] : [`(subset ${subset})`]),
          ...(port === undefined ? [] : [`on port ${port}`]),
          `by TLS ${mode}`,
        ];
        return [
          {
            family: "lockdown",
            kind: "opening",
            key: `hop ${spec.host} ${subset ?? ""} ${port ?? ""}`,
            says: `sidecars call ${spec.host} ${where.join(" ")}, without their identity`,
            object: key,
          },
        ];
      }),
    );
  const peers = objects("PeerAuthentication").map(({ key, namespace, spec }): Fact => {
    const mode = spec.mtls?.mode ?? "UNSET";
    const says = `workloads of ${namespace} take mutual TLS by ${mode}`;
    return {
      family: "lockdown",
      kind: mode === "STRICT" ? "guard" : "opening",
      key: `peers ${key} ${mode}`,
      says,
      object: key,
    };
  });
  return [...servers, ...rules, ...peers];
}

function policyFacts(objects: Objects): Fact[] {
  return objects("AuthorizationPolicy").flatMap(({ key, namespace, spec }): Fact[] => {
    const { action = "ALLOW", rules = [], selector, provider } = spec;
    const pods = podsOf(namespace, selector?.matchLabels);
    if (action === "CUSTOM") {
      const name = provider?.name ?? "?";
      return rules.flatMap(({ to = [] }) =>
        to.flatMap(({ operation }) =>
          (operation?.hosts ?? ["*"]).map(
            (host): Fact => ({
              family: "verification",
              kind: "guard",
              key: `asks ${name} ${pods} ${host} ${operation?.ports?.join(",") ?? "*"}`,
              subject: `gateway ${pods}`,
              says: `${pods} asks the authorizer ${name} about requests to ${host}`,
              object: key,
            }),
          ),
        ),
      );
    }
    if (action !== "ALLOW") return [];
    // Any of them, even without a rule, makes all refused that none allows.
    const byDefault: Fact = {
      family: "lockdown",
      kind: "guard",
      key: `refuses by default ${pods}`,
      subject: `gateway ${pods}`,
      says: `${pods} refuses what no rule allows`,
      object: key,
    };
    const ofAnyHost = rules
      .filter((rule) => !namesHosts(rule))
      .map((rule): Fact => {
        const text = JSON.stringify(rule);
        const says = `${pods} allows by a rule that names no hosts: ${text}`;
        return { family: "lockdown", kind: "opening", key: `any host ${pods} ${text}`, says, object: key };
      });
    return [byDefault, ...ofAnyHost];
  });
}

function namesHosts({ to = [], when = [] }: PolicyRule): boolean {
  const isNamed = (names: readonly string[] = []) => names.length > 0;
  return (
    when.some(({ key, values }) => key === "connection.sni" && isNamed(values)) ||
    (to.length > 0 && to.every(({ operation }) => isNamed(operation?.hosts)))
  );
}

function tokenFacts(objects: Objects): Fact[] {
  return objects("RequestAuthentication").flatMap(({ key, namespace, spec }) => {
    const pods = podsOf(namespace, spec.selector?.matchLabels);
    return (spec.jwtRules ?? []).map(({ issuer, jwks, jwksUri, audiences = ["any audience"] }): Fact => {
      const keys = jwksUri ?? (jwks === undefined ? "the issuer's own keys" : `the keys ${jwks}`);
      return {
        family: "verification",
        kind: "guard",
        key: `tokens ${pods} ${issuer}`,
        subject: `gateway ${pods}`,
        says: `${pods} verifies tokens of ${issuer} for ${audiences.join(", ")} by ${keys}`,
        object: key,
      };
    });
  });
}
