import type { z } from "zod";
import type { Gateway } from "./environment.ts";
import { isEveryAddress } from "./network.ts";
import { listenerPort } from "./ports.ts";
import type { Problem } from "./problem.ts";
import { quantityValue } from "./quantity.ts";
import type { Environment as EnvironmentFrame } from "./schema.ts";
import type { Sound } from "./sound.ts";
import { type Path, problemAt, type ReportFault, type Source } from "./source.ts";
import { validateAccess } from "./validate-access.ts";
import { validateMonitoring } from "./validate-monitoring.ts";

/** An environment file's own parts, without what was at fault. */
export type Parts = Sound<Omit<z.output<typeof EnvironmentFrame>, "hosts" | "imports">>;

/** Ports that Istio's proxy takes for itself in the gateway's pod. */
const PROXY_PORTS: readonly number[] = [15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090];
/** Namespaces that every cluster has; a gateway's is made and removed with it. */
const CLUSTER_NAMESPACES: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];
/** Karpenter labels nodes with `sallyport-<pool>`, and a label's value has at most 63 characters. */
const KARPENTER_POOL_LENGTH = 53;

/** What no single value shows: rules between the parts of an environment, wherever those parts are sound. */
export function validateEnvironment(source: Source, parts: Parts): Problem[] {
  const problems: Problem[] = [];
  const fault: ReportFault = (path, value, why, fix) => {
    problems.push(problemAt(source, path, value, why, fix));
  };
  validateGateways(parts, fault);
  validateNodes(parts, fault);
  validateLockdown(parts, fault);
  validateMonitoring(parts, fault);
  validateAccess(parts, fault);
  return problems;
}

function validateGateways({ mesh, gateways }: Parts, fault: ReportFault): void {
  const names = new Set<string>();
  const homes = new Set<string>();
  gateways?.forEach((gateway, index) => {
    if (gateway === undefined) return;
    const path = ["gateways", index];
    const { name, namespace } = gateway;
    if (namespace !== undefined && namespace === mesh?.namespace)
      fault(
        [...path, "namespace"],
        namespace,
        "policies in istiod's root namespace hold for the whole mesh",
        "give the gateway a namespace of its own",
      );
    else if (namespace !== undefined && [...CLUSTER_NAMESPACES, mesh?.dns?.namespace].includes(namespace))
      fault(
        [...path, "namespace"],
        namespace,
        "this namespace is the cluster's, and Sallyport makes and removes the gateway's own",
        "give the gateway a namespace of its own",
      );
    if (name !== undefined && names.has(name))
      fault([...path, "name"], name, "another gateway has this name", "give each gateway its own name");
    if (namespace !== undefined && homes.has(namespace))
      fault(
        [...path, "namespace"],
        namespace,
        "another gateway lives in this namespace",
        "give each gateway its own namespace",
      );
    if (name !== undefined) names.add(name);
    if (namespace !== undefined) homes.add(namespace);
    validateGateway(gateway, path, fault);
  });
}

function validateGateway(gateway: Sound<Gateway>, path: Path, fault: ReportFault): void {
  const { replicas, reachPrivate } = gateway;
  if (replicas?.min !== undefined && replicas.max !== undefined && replicas.min > replicas.max)
    fault([...path, "replicas"], replicas, "min is above max", `write max: ${replicas.min} or more`);
  validateResources(gateway.resources, [...path, "resources"], fault);
  validatePorts(gateway.ports, path, fault);
  validateSpread(gateway.topologySpread, path, fault);
  reachPrivate?.forEach((cidr, index) => {
    if (cidr !== undefined && isEveryAddress(cidr))
      fault(
        [...path, "reachPrivate", index],
        cidr,
        "this is every address, not a private range",
        "name the ranges that hosts live in",
      );
  });
}

function validateResources(
  resources: Sound<Gateway["resources"]> | undefined,
  path: Path,
  fault: ReportFault,
): void {
  for (const kind of ["cpu", "memory"] as const) {
    const request = resources?.requests?.[kind];
    const limit = resources?.limits?.[kind];
    if (request !== undefined && limit !== undefined && quantityValue(request) > quantityValue(limit))
      fault(
        [...path, "requests", kind],
        request,
        `Kubernetes takes no request above its limit, here ${limit}`,
        `write limits: { ${kind}: ${request} } or more, or a smaller request`,
      );
  }
}

function validatePorts(ports: Sound<Gateway["ports"]> | undefined, path: Path, fault: ReportFault): void {
  const taken = new Map<number, number>();
  ports?.forEach((entry, index) => {
    const port = entry?.port;
    if (port === undefined) return;
    const at = [...path, "ports", index];
    const listener = listenerPort(port);
    const other = taken.get(listener);
    if (other === port) fault(at, port, "declared twice", "keep one of the two");
    else if (other !== undefined)
      fault(at, port, `the pod would listen on ${listener} for ${other} too`, "take another port");
    else if (PROXY_PORTS.includes(listener))
      fault(at, port, "Istio's proxy uses this port itself", "take another port");
    taken.set(listener, port);
  });
}

function validateSpread(
  spread: Sound<Gateway["topologySpread"]> | undefined,
  path: Path,
  fault: ReportFault,
): void {
  const known = new Set<string>();
  spread?.forEach((entry, index) => {
    if (entry?.key === undefined || entry.whenUnsatisfiable === undefined) return;
    const pair = `${entry.key} ${entry.whenUnsatisfiable}`;
    if (known.has(pair))
      fault(
        [...path, "topologySpread", index],
        entry.key,
        `Kubernetes takes one entry a key with ${entry.whenUnsatisfiable}`,
        "keep one of the two",
      );
    known.add(pair);
  });
}

function validateNodes({ nodes }: Parts, fault: ReportFault): void {
  if (nodes?.provider === "karpenter" && (nodes.pool?.length ?? 0) > KARPENTER_POOL_LENGTH)
    fault(
      ["nodes", "pool"],
      nodes.pool,
      `with Karpenter a pool's name has at most ${KARPENTER_POOL_LENGTH} characters`,
      "write a shorter name",
    );
  if (nodes?.provider !== "existing" || nodes.names === undefined || nodes.selector === undefined) return;
  const named = nodes.names.length > 0;
  const selected = Object.keys(nodes.selector).length > 0;
  if (named === selected)
    fault(
      ["nodes"],
      nodes,
      named ? "names and selector are both given" : "neither names nor selector is given",
      "give the nodes by names: or by selector:, one of the two",
    );
}

function validateLockdown({ gateways, lockdown, mesh }: Parts, fault: ReportFault): void {
  const homes = new Set(gateways?.map((gateway) => gateway?.namespace));
  const known = new Set<string>();
  lockdown?.forEach((entry, index) => {
    const path = ["lockdown", index];
    entry?.reach?.forEach((reach, number) => {
      if (reach !== undefined && "cidr" in reach && reach.cidr !== undefined && isEveryAddress(reach.cidr))
        fault(
          [...path, "reach", number, "cidr"],
          reach.cidr,
          "this is every address, which would undo the lockdown",
          "name the ranges in the cluster that its pods call",
        );
    });
    const namespace = entry?.namespace;
    if (namespace === undefined) return;
    const at = [...path, "namespace"];
    if (homes.has(namespace))
      fault(at, namespace, "the gateway's own namespace has its own policy", "remove it here");
    else if (namespace === mesh?.namespace || namespace === mesh?.dns?.namespace)
      fault(
        at,
        namespace,
        "the cluster's own parts need to call the API server",
        "lock down the namespaces of applications",
      );
    else if (known.has(namespace)) fault(at, namespace, "declared twice", "keep one of the two");
    known.add(namespace);
  });
}
