import { NODES_ANNOTATION } from "../../plan/labels.ts";
import { isFields, type Json } from "../../plan/manifest.ts";
import type { Objects } from "../manifests/read.ts";
import type { NodeTerm, PodSpec } from "../manifests/specs.ts";
import type { Fact, Protection } from "./fact.ts";

/** Where gateways run, beside whom, and with which rights on their nodes. */
export function podFacts(objects: Objects): Protection {
  const deployments = objects("Deployment");
  const pools = objects("NodePool");
  const namespaces = objects("Namespace");
  const facts = [
    ...deployments.flatMap(({ key, name, namespace, spec }) =>
      placement(key, `${namespace}/${name}`, spec.template.spec ?? {}),
    ),
    ...pools.flatMap(({ key, name, spec }) =>
      (spec.template?.spec?.taints ?? []).map(({ key: taint, value = "", effect }): Fact => {
        const says = `nodes of the pool ${name} keep other pods away (${taint}=${value}:${effect})`;
        return { family: "lockdown", kind: "guard", key: `taint ${name} ${taint}`, says, object: key };
      }),
    ),
    // Which nodes that are there already are marked: whoever deploys the record taints them.
    ...objects("ConfigMap").flatMap(({ key, name, annotations }): Fact[] => {
      const nodes = annotations[NODES_ANNOTATION];
      if (nodes === undefined) return [];
      const says = `the nodes of the record ${name} keep other pods away: ${inWords(nodes)}`;
      return [{ family: "lockdown", kind: "guard", key: `marked ${name}`, says, object: key }];
    }),
    ...namespaces.flatMap(({ key, name, labels }): Fact[] => {
      const level = labels["pod-security.kubernetes.io/enforce"];
      if (level === undefined) return [];
      const says = `the namespace ${name} takes pods that meet the standard ${level} alone`;
      const about = { key: `pod security ${name}`, subject: `namespace ${name}`, says, object: key };
      return [{ family: "lockdown", kind: "guard", ...about }];
    }),
  ];
  return {
    facts,
    subjects: new Set([
      ...deployments.map(({ key }) => key),
      ...namespaces.map(({ name }) => `namespace ${name}`),
    ]),
  };
}

function placement(object: string, pods: string, spec: PodSpec): Fact[] {
  const { hostNetwork, securityContext, containers = [], tolerations = [], affinity } = spec;
  const guard = (what: string, says: string): Fact => ({
    family: "lockdown",
    kind: "guard",
    key: `${what} ${pods}`,
    subject: object,
    says: `${pods} ${says}`,
    object,
  });
  const opening = (what: string, says: string): Fact => ({
    family: "lockdown",
    kind: "opening",
    key: `${what} ${pods}`,
    says: `${pods} ${says}`,
    object,
  });
  const nodes = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return [
    ...(nodes === undefined ? [] : [guard("nodes", `runs on nodes with ${nodesIn(nodes)} alone`)]),
    ...(securityContext?.runAsNonRoot ? [guard("no root", "does not run as root")] : []),
    ...(hostNetwork
      ? [opening("host network", "is on its nodes' own network, where no network policy holds")]
      : []),
    ...(tolerations.some(({ key }) => key === undefined)
      ? [opening("any node", "runs on nodes with any taint")]
      : []),
    ...containers.flatMap(({ name, securityContext: rights = {} }) => [
      ...(rights.privileged ? [opening(`privileged ${name}`, `runs ${name} privileged`)] : []),
      ...(rights.allowPrivilegeEscalation === false
        ? [guard(`no escalation ${name}`, `lets ${name} gain no rights`)]
        : []),
      ...(rights.readOnlyRootFilesystem
        ? [guard(`read only ${name}`, `runs ${name} on a file system that can't be written`)]
        : []),
    ]),
  ];
}

/** `pool egress; names one, two`: what a record of nodes says; as it stands where it is of another form. */
function inWords(record: string): string {
  const read = jsonOf(record);
  if (!isFields(read)) return record;
  const told = Object.entries(read).map(([key, value]) => [key, partsOf(value).join(", ")]);
  return told.flatMap(([key, value]) => (value === "" ? [] : [`${key} ${value}`])).join("; ");
}

function partsOf(value: Json): string[] {
  if (Array.isArray(value)) return value.map(textOf);
  return isFields(value)
    ? Object.entries(value).map(([key, one]) => `${key}=${textOf(one)}`)
    : [textOf(value)];
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** `pool In egress`; any of several terms, each with all its expressions. */
function nodesIn(terms: readonly NodeTerm[]): string {
  return terms
    .map(({ matchExpressions = [], ...others }) =>
      [
        ...matchExpressions.map(({ key, operator, values = [] }) => `${key} ${operator} ${values.join(",")}`),
        ...(Object.keys(others).length === 0 ? [] : [JSON.stringify(others)]),
      ].join(" and "),
    )
    .join(" or ");
}
