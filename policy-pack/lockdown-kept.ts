import ipaddr from "ipaddr.js";
import { directionsOf, rulesOf } from "../access/evaluate/network.ts";
import type { Objects, Read } from "../access/manifests/read.ts";
import type { NetworkPolicy, Sidecar } from "../access/manifests/specs.ts";
import { isManaged } from "../plan/labels.ts";
import { LOCKDOWN_NAME } from "../plan/lockdown.ts";
import type { Expected, Rule, Violation } from "./rule.ts";

/** A namespace that is under lockdown stays so, and nothing beside the lockdown opens it again. */
export const lockdownKept: Rule = {
  name: "lockdown-kept",
  description: "Namespaces under lockdown keep it, and no other object lets their pods out.",
  expects: "namespaces",
  find: (objects, expected) =>
    lockedNamespaces(objects, expected).flatMap((namespace) => ofNamespace(objects, namespace)),
};

/** Those that have to be, and those of which any part of a lockdown is there. */
function lockedNamespaces(objects: Objects, { namespaces = [] }: Expected): string[] {
  const parts = [...objects("NetworkPolicy"), ...objects("Sidecar")].filter(isLockdown);
  return [...new Set([...namespaces, ...parts.map(({ namespace }) => namespace)])].sort();
}

function isLockdown({ name, labels }: Read<unknown>): boolean {
  return name === LOCKDOWN_NAME && isManaged({ labels });
}

function ofNamespace(objects: Objects, namespace: string): Violation[] {
  const within = ({ namespace: home }: Read<unknown>) => home === namespace;
  const policies = objects("NetworkPolicy").filter(within);
  return [
    ...boundary(policies.find(isLockdown), namespace),
    ...policies.flatMap(openings),
    ...sidecars(objects, namespace),
  ];
}

function boundary(policy: Read<NetworkPolicy> | undefined, namespace: string): Violation[] {
  if (policy === undefined)
    return [
      {
        object: `NetworkPolicy/${namespace}/${LOCKDOWN_NAME}`,
        path: "",
        why: `nothing closes the namespace ${namespace}`,
        fix: "declare it under lockdown: in the environment file",
      },
    ];
  const { matchLabels = {}, matchExpressions = [] } = policy.spec.podSelector ?? {};
  const selectsAll = Object.keys(matchLabels).length + matchExpressions.length === 0;
  return [
    ...(selectsAll
      ? []
      : [at(policy, "spec.podSelector", "pods are left out of the lockdown", "leave it empty")]),
    ...(directionsOf(policy.spec).includes("Egress")
      ? []
      : [at(policy, "spec.policyTypes", "the lockdown does not hold for what goes out", "add Egress")]),
  ];
}

/** Network policies add up: one that lets out everywhere undoes the lockdown, whatever its name. */
function openings(policy: Read<NetworkPolicy>): Violation[] {
  if (!directionsOf(policy.spec).includes("Egress")) return [];
  return rulesOf(policy.spec, "Egress").flatMap(({ peers }, index) => {
    const path = `spec.egress[${index}].to`;
    const wide = peers.filter(({ ipBlock }) => ipBlock !== undefined && isWide(ipBlock.cidr));
    return peers.length === 0 || wide.length > 0
      ? [at(policy, path, "pods of a namespace under lockdown may call any address", "name what they need")]
      : [];
  });
}

/** More addresses than any private network has. */
function isWide(cidr: string): boolean {
  if (!ipaddr.isValidCIDR(cidr)) return true;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  return bits < (address.kind() === "ipv4" ? 8 : 7);
}

/**
 * A Sidecar of somebody else's takes the place of the lockdown's for the pods that it selects. One that says nothing
 * leaves it to the mesh, which is closed where the lockdown's own says nothing either.
 */
function sidecars(objects: Objects, namespace: string): Violation[] {
  const all = objects("Sidecar").filter((sidecar) => sidecar.namespace === namespace);
  const isMeshOpen = all.some((one) => isLockdown(one) && modeOf(one) !== undefined);
  return all
    .filter((one) => {
      const mode = modeOf(one);
      return mode === undefined ? isMeshOpen : mode !== "REGISTRY_ONLY";
    })
    .map((sidecar) =>
      at(
        sidecar,
        "spec.outboundTrafficPolicy.mode",
        "sidecars of a namespace under lockdown let go where nobody registered",
        "set it to REGISTRY_ONLY",
      ),
    );
}

function modeOf({ spec }: Read<Sidecar>): string | undefined {
  return spec.outboundTrafficPolicy?.mode;
}

function at({ key: object }: Read<unknown>, path: string, why: string, fix: string): Violation {
  return { object, path, why, fix };
}
