import type { Environment, Host } from "../../model/environment.ts";
import type { Manifest, PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadText } from "../load-text.ts";

/** How a gateway's rules are written: as planned; a policy for each host and rule; not at all, so that all may pass. */
export const VARIANTS = ["shared", "apart", "none"] as const;
export type Variant = (typeof VARIANTS)[number];

/** A host of the lab's internet that is called; the others are only declared. */
export const CALLED = "www.google.com";
/** Namespaces that hosts are granted to, beside the one that calls. */
export const TEAMS = [...Array.from({ length: 7 }, (_, team) => `bench-team-${team}`), "bench-other"];

/** Where a variant's gateway runs, whose name is the variant's own. */
export const gatewayOf = (variant: Variant) => `bench-${variant}`;
/** Where it is called from. */
export const clientOf = (variant: Variant) => `bench-${variant}-client`;

/** Hosts with so many rules each, every other one TLS; requests of HTTP are looked at by their path too. */
export function environmentOf(variant: Variant, hosts: number, rules: number): Environment {
  const list = Array.from({ length: hosts }, (_, host) => {
    const isCalled = host === 0;
    const tls = host % 2 === 0 ? "none" : "passthrough";
    return {
      host: isCalled ? CALLED : `h${host}.bench.example.com`,
      tls,
      allow: Array.from({ length: rules }, (_, rule) => ({
        from:
          isCalled && rule === Math.floor(rules / 2)
            ? { namespace: clientOf(variant) }
            : callerOf(host + rule, rule % 2 === 0),
        ...(tls === "none" ? { paths: ["/", `/v${rule}/*`] } : {}),
      })),
    };
  });
  const replicas = { min: 1, max: 1 };
  const gateway = { name: variant, namespace: gatewayOf(variant), replicas, drainSeconds: 1 };
  return loadText(JSON.stringify({ environment: `bench-${variant}`, gateways: [gateway], hosts: list }));
}

function callerOf(number: number, wholeNamespace: boolean) {
  return wholeNamespace
    ? { namespace: `bench-team-${number % 7}` }
    : { serviceAccount: `bench-other/account-${number % 13}` };
}

/** All objects of a variant. */
export function objectsOf(variant: Variant, environment: Environment): PlannedObject[] {
  const planned = planEnvironment(environment);
  if (variant === "shared") return planned;
  const others = planned.filter(({ manifest }) => manifest.kind !== "AuthorizationPolicy");
  if (variant === "none") return others;
  const refusing = planned.filter(({ manifest }) => isPolicy(manifest) && !grants(manifest));
  return [...others, ...refusing, ...environment.hosts.flatMap((host) => policiesApart(environment, host))];
}

/** What the planner makes of a host that has one rule alone, for each of its rules. */
function policiesApart(environment: Environment, host: Host): PlannedObject[] {
  return host.allow.flatMap((rule, number) =>
    planEnvironment({ ...environment, hosts: [{ ...host, allow: [rule] }] })
      .filter(({ manifest }) => isPolicy(manifest) && grants(manifest))
      .map(({ manifest, ...planned }) => {
        const name = `${host.host.replaceAll(".", "-")}-${number}`;
        return { ...planned, manifest: { ...manifest, metadata: { ...manifest.metadata, name } } };
      }),
  );
}

function isPolicy({ kind }: Manifest): boolean {
  return kind === "AuthorizationPolicy";
}

function grants({ spec }: Manifest): boolean {
  return typeof spec === "object" && spec !== null && "rules" in spec;
}

/** The names of the policies that grant something: Envoy has all of them once it has its configuration. */
export function policyNames(objects: readonly PlannedObject[]): string[] {
  return objects
    .map(({ manifest }) => manifest)
    .filter((manifest) => isPolicy(manifest) && grants(manifest))
    .map(({ metadata }) => metadata.name);
}
