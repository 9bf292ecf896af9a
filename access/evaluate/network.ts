import ipaddr from "ipaddr.js";
import { labelsFit } from "../manifests/labels.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { NetworkPeer, NetworkPolicy, NetworkPort } from "../manifests/specs.ts";

/** Pods by their namespace; without labels any of them, whatever they have. */
interface Pods {
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What the NetworkPolicies of one end of a way say of it. */
export interface Passage {
  /** `unknown` where it depends on labels or addresses that nobody told. */
  readonly is: "open" | "closed" | "unknown";
  /** Those that say so, as `kind/namespace/name`; none where no policy is for these pods. */
  readonly by: readonly string[];
}

/** What packets may pass, by the NetworkPolicies of some manifests. */
export interface Network {
  /** Whether pods may send to others, or to any public address, on a port of the destination's pods. */
  readonly egress: (from: Pods, to: Pods | "outside", port: number) => Passage;
  /** Whether pods take what others send to one of their ports. */
  readonly ingress: (to: Pods, from: Pods, port: number) => Passage;
}

/** Which connections a NetworkPolicy is about: those to its pods, or those from them. */
type Direction = "Ingress" | "Egress";
/** What a NetworkPolicy lets pass. */
export interface NetworkRule {
  /** From or to whom; none: everyone. */
  readonly peers: readonly NetworkPeer[];
  /** None: all of them. */
  readonly ports: readonly NetworkPort[];
}
type Policy = Read<NetworkPolicy>;
/** Undefined: it can't be told. */
type Fits = boolean | undefined;

/** Reads NetworkPolicies as Kubernetes does: they add up, and pods that none is for are open. */
export function networkOf(objects: Objects): Network {
  const namespaces = new Map(objects("Namespace").map(({ name, labels }) => [name, labels]));
  const policies = Map.groupBy(objects("NetworkPolicy"), ({ namespace }) => namespace);

  const isPeer = (peer: NetworkPeer, home: string, other: Pods | "outside"): Fits => {
    const { ipBlock, namespaceSelector, podSelector } = peer;
    if (ipBlock !== undefined) return other === "outside" ? isOutside(ipBlock.cidr) : undefined;
    if (other === "outside") return false;
    const known = namespaces.get(other.namespace);
    const own = { ...known, "kubernetes.io/metadata.name": other.namespace };
    const isHome =
      namespaceSelector === undefined
        ? other.namespace === home
        : labelsFit(namespaceSelector, own, known !== undefined);
    return both([isHome, labelsFit(podSelector ?? {}, other.labels ?? {}, other.labels !== undefined)]);
  };
  const takes = (policy: Policy, direction: Direction, other: Pods | "outside", port: number): Fits => {
    return either(
      rulesOf(policy.spec, direction).map(({ peers, ports }) => {
        const isMeant = ports.length === 0 ? true : either(ports.map(isPort(port)));
        const isThere =
          peers.length === 0 ? true : either(peers.map((peer) => isPeer(peer, policy.namespace, other)));
        return both([isMeant, isThere]);
      }),
    );
  };
  const passage = (direction: Direction, pods: Pods, other: Pods | "outside", port: number): Passage => {
    const own = (policies.get(pods.namespace) ?? [])
      .filter(({ spec }) => directionsOf(spec).includes(direction))
      .map((policy) => ({
        key: policy.key,
        isFor: labelsFit(policy.spec.podSelector ?? {}, pods.labels ?? {}, pods.labels !== undefined),
        takes: takes(policy, direction, other, port),
      }))
      .filter(({ isFor }) => isFor !== false);
    const keys = (list: typeof own) => list.map(({ key }) => key);
    const sure = own.filter(({ isFor }) => isFor);
    const open = sure.filter((one) => one.takes);
    if (open.length > 0) return { is: "open", by: keys(open) };
    if (sure.length === 0 && own.every((one) => one.takes)) return { is: "open", by: [] };
    const perhaps = own.filter((one) => one.takes !== false);
    if (sure.length > 0 && perhaps.length === 0) return { is: "closed", by: keys(sure) };
    return { is: "unknown", by: keys(sure.length > 0 ? perhaps : own) };
  };
  return {
    egress: (from, to, port) => passage("Egress", from, to, port),
    ingress: (to, from, port) => passage("Ingress", to, from, port),
  };
}

/**
 * Whether a range is the public addresses; what it leaves out of all is taken for private. What is no range can't be
 * told: a file may hold what the API server would refuse.
 */
function isOutside(cidr: string): Fits {
  if (cidr.endsWith("/0")) return true;
  if (!ipaddr.isValidCIDR(cidr)) return undefined;
  return ipaddr.parseCIDR(cidr)[0].range() === "unicast" ? undefined : false;
}

/** For which directions a NetworkPolicy closes its pods to all that it does not name. */
export function directionsOf({ policyTypes, egress }: NetworkPolicy): Direction[] {
  const types = policyTypes ?? ["Ingress", ...(egress === undefined ? [] : ["Egress"])];
  return (["Egress", "Ingress"] as const).filter((one) => types.includes(one));
}

/** The rules of a NetworkPolicy for one direction; they add up. */
export function rulesOf({ egress = [], ingress = [] }: NetworkPolicy, direction: Direction): NetworkRule[] {
  return direction === "Egress"
    ? egress.map(({ to = [], ports = [] }) => ({ peers: to, ports }))
    : ingress.map(({ from = [], ports = [] }) => ({ peers: from, ports }));
}

/** TCP alone is asked for. A port by its name is the pods' to know. */
function isPort(port: number): (one: NetworkPort) => Fits {
  return ({ protocol = "TCP", port: first, endPort }) => {
    if (protocol !== "TCP") return false;
    if (first === undefined) return true;
    if (typeof first === "string") return undefined;
    return port >= first && port <= (endPort ?? first);
  };
}

function both(all: readonly Fits[]): Fits {
  if (all.includes(false)) return false;
  return all.includes(undefined) ? undefined : true;
}

function either(some: readonly Fits[]): Fits {
  if (some.includes(true)) return true;
  return some.includes(undefined) ? undefined : false;
}
