import ipaddr from "ipaddr.js";
import { labelsFit } from "../manifests/labels.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { NetworkPeer, NetworkPolicy, NetworkPort } from "../manifests/specs.ts";

/** Pods by their namespace; without labels any of them, whatever they have. */
interface Pods {
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One address, of IPv4 or IPv6, whoever has it. */
export interface Address {
  readonly address: string;
}

/** The other end of a way; of `outside` any public address. */
type End = Pods | Address | "outside";

/** What the NetworkPolicies of one end of a way say of it. */
export interface Passage {
  /** `unknown` where it depends on labels or addresses that nobody told. */
  readonly is: "open" | "closed" | "unknown";
  /** Those that say so, as `kind/namespace/name`; none where no policy is for these pods. */
  readonly by: readonly string[];
}

/** What packets may pass, by the NetworkPolicies of some manifests. */
export interface Network {
  /** Whether pods may send to others, to an address, or to any public one, on a port of the destination's own. */
  readonly egress: (from: Pods, to: End, port: number) => Passage;
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

  const isPeer = (peer: NetworkPeer, home: string, other: End): Fits => {
    const { ipBlock, namespaceSelector, podSelector } = peer;
    if (other === "outside") return ipBlock !== undefined && isOutside(ipBlock.cidr);
    // Whether a pod has that address can't be told.
    if ("address" in other) return ipBlock && isIn(ipBlock, other.address);
    if (ipBlock !== undefined) return undefined;
    const known = namespaces.get(other.namespace);
    const own = { ...known, "kubernetes.io/metadata.name": other.namespace };
    const isHome =
      namespaceSelector === undefined
        ? other.namespace === home
        : labelsFit(namespaceSelector, own, known !== undefined);
    return both([isHome, labelsFit(podSelector ?? {}, other.labels ?? {}, other.labels !== undefined)]);
  };
  const takes = (policy: Policy, direction: Direction, other: End, port: number): Fits => {
    return either(
      rulesOf(policy.spec, direction).map(({ peers, ports }) => {
        const isMeant = ports.length === 0 ? true : either(ports.map(isPort(port)));
        const isThere =
          peers.length === 0 ? true : either(peers.map((peer) => isPeer(peer, policy.namespace, other)));
        return both([isMeant, isThere]);
      }),
    );
  };
  const passage = (direction: Direction, pods: Pods, other: End, port: number): Passage => {
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

/** Undefined where a range is none. */
function isIn({ cidr, except = [] }: NonNullable<NetworkPeer["ipBlock"]>, address: string): Fits {
  const holds = (range: string): Fits => {
    if (!ipaddr.isValidCIDR(range)) return undefined;
    const [one, [first, bits]] = [ipaddr.parse(address), ipaddr.parseCIDR(range)];
    return one.kind() === first.kind() && one.match(first, bits);
  };
  const isLeftOut = either(except.map(holds));
  return both([holds(cidr), isLeftOut === undefined ? undefined : !isLeftOut]);
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
