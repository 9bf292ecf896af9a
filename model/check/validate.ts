import type { z } from "zod";
import type { Gateway } from "../environment.ts";
import type { Problem } from "../problem.ts";
import type { Environment as EnvironmentFrame } from "../schema/schema.ts";
import type { Sound } from "../sound.ts";
import { type Path, problemAt, type ReportFault, type Source } from "../source.ts";
import { isEveryAddress } from "../values/outside.ts";
import { listenerPort } from "../values/ports.ts";
import { quantityValue } from "../values/quantity.ts";
import { validateAccess } from "./access.ts";
import { validateMonitoring } from "./monitoring.ts";
import { validateProtocols } from "./protocols.ts";

/** An environment file's own parts, without what was at fault. */
export type Parts = Sound<Omit<z.output<typeof EnvironmentFrame>, "hosts" | "imports">>;

/** Ports that Istio's proxy takes for itself in the gateway's pod. */
const PROXY_PORTS: readonly number[] = [15000, 15001, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090];
/** Namespaces that every cluster has; a gateway's is made and removed with it. */
export const CLUSTER_NAMESPACES: readonly string[] = [
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
];
/** What a pod may be given. Beyond that a unit was mistaken: `memory: 100m` is a tenth of a byte. */
const POD_SIZES = {
  cpu: { least: "1m", most: "1000", such: "250m, or 2 (cores)" },
  memory: { least: "1Mi", most: "64Ti", such: "256Mi" },
} as const;
/** Karpenter labels nodes with `sallyport-<pool>`, and a label's value has at most 63 characters. */
const KARPENTER_POOL_LENGTH = 53;

/** What no single value shows: rules between the parts of an environment, wherever those parts are sound. */
export function validateEnvironment(source: Source, parts: Parts): Problem[] {
  const problems: Problem[] = [];
  const fault: ReportFault = (path, value, why, fix) => {
    problems.push(problemAt(source, path, value, why, fix));
  };
  validateDns(parts, fault);
  validateGateways(parts, fault);
  validateNodes(parts, fault);
  validateLockdown(parts, fault);
  validateMonitoring(parts, fault);
  validateAccess(parts, fault);
  return problems;
}

/** What answers DNS may be asked by all: every address on its port would be a way past the gateways. */
function validateDns({ mesh }: Parts, fault: ReportFault): void {
  const path = ["mesh", "dns", "cidrs"];
  refuseEveryAddress(
    mesh?.dns?.cidrs?.map((cidr, index) => ({ cidr, at: [...path, index] })),
    path,
    ["every address, which would be a way past the gateways", "name the addresses that answer DNS"],
    fault,
  );
}

function validateGateways({ mesh, gateways }: Parts, fault: ReportFault): void {
  const names = new Map<string, number>();
  const homes = new Map<string, number>();
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
    const [namesake, neighbour] = [names.get(name ?? ""), homes.get(namespace ?? "")];
    if (namesake !== undefined)
      fault(
        [...path, "name"],
        name,
        `gateways[${namesake}] has this name too`,
        "give each gateway its own name",
      );
    if (neighbour !== undefined)
      fault(
        [...path, "namespace"],
        namespace,
        `gateways[${neighbour}] lives in this namespace too`,
        "give each gateway its own namespace",
      );
    if (name !== undefined && namesake === undefined) names.set(name, index);
    if (namespace !== undefined && neighbour === undefined) homes.set(namespace, index);
    validateGateway(gateway, path, fault);
  });
  validateProtocols(gateways, fault);
}

function validateGateway(gateway: Sound<Gateway>, path: Path, fault: ReportFault): void {
  const { replicas, reachPrivate } = gateway;
  if (replicas?.min !== undefined && replicas.max !== undefined && replicas.min > replicas.max)
    fault([...path, "replicas"], replicas, "min is above max", `write max: ${replicas.min} or more`);
  validateResources(gateway.resources, [...path, "resources"], fault);
  validatePorts(gateway.ports, path, fault);
  validateSpread(gateway.topologySpread, path, fault);
  refuseEveryAddress(
    reachPrivate?.map((cidr, index) => ({ cidr, at: [...path, "reachPrivate", index] })),
    [...path, "reachPrivate"],
    ["every address, not a private range", "name the ranges that hosts live in"],
    fault,
  );
}

/**
 * Tells of each range that leaves nothing out, or of a list whose ranges do so together.
 *
 * @param every why not, after «this is», and the fix
 */
function refuseEveryAddress(
  ranges: readonly { readonly cidr: string | undefined; readonly at: Path }[] = [],
  path: Path,
  [why, fix]: readonly [why: string, fix: string],
  fault: ReportFault,
): void {
  const known = ranges.flatMap(({ cidr, at }) => (cidr === undefined ? [] : [{ cidr, at }]));
  const alone = known.filter(({ cidr }) => isEveryAddress([cidr]));
  for (const { cidr, at } of alone) fault(at, cidr, `this is ${why}`, fix);
  const all = known.map(({ cidr }) => cidr);
  if (alone.length === 0 && isEveryAddress(all)) fault(path, all, `together these are ${why}`, fix);
}

function validateResources(
  resources: Sound<Gateway["resources"]> | undefined,
  path: Path,
  fault: ReportFault,
): void {
  for (const kind of ["cpu", "memory"] as const) {
    const request = resources?.requests?.[kind];
    const limit = resources?.limits?.[kind];
    const { least, most, such } = POD_SIZES[kind];
    for (const [list, quantity = "0"] of [
      ["requests", request],
      ["limits", limit],
    ] as const) {
      const value = quantityValue(quantity);
      if (value > quantityValue(most))
        fault(
          [...path, list, kind],
          quantity,
          `no node has so much: at most ${most}`,
          `write such as ${such}`,
        );
      else if (value > 0 && value < quantityValue(least))
        fault(
          [...path, list, kind],
          quantity,
          `no proxy runs on so little: at least ${least}`,
          `write such as ${such}`,
        );
    }
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
    refuseEveryAddress(
      entry?.reach?.flatMap((reach, number) =>
        reach !== undefined && "cidr" in reach
          ? [{ cidr: reach.cidr, at: [...path, "reach", number, "cidr"] }]
          : [],
      ),
      [...path, "reach"],
      ["every address, which would undo the lockdown", "name the ranges in the cluster that its pods call"],
      fault,
    );
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
