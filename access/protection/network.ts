import { METRICS_PORTS } from "../../plan/metrics-ports.ts";
import { directionsOf, type NetworkRule, rulesOf } from "../evaluate/network.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects } from "../manifests/read.ts";
import type { LabelSelector, NetworkPeer, NetworkPolicy } from "../manifests/specs.ts";
import { type Fact, type Protection, podsOf } from "./fact.ts";

/** What network policies and sidecars leave open to the pods of each namespace. */
export function networkFacts(objects: Objects, mesh: MeshSettings): Protection {
  const facts: Fact[] = [];
  const subjects = new Set<string>();
  const gateways = new Set(objects("Service").map(({ namespace, spec }) => podsOf(namespace, spec.selector)));
  for (const { key, namespace, spec } of objects("NetworkPolicy"))
    for (const direction of directionsOf(spec)) {
      const subject = `${direction} of ${namespace}`;
      const pods = podsSelected(namespace, spec.podSelector);
      subjects.add(subject);
      facts.push({
        family: "lockdown",
        kind: "guard",
        key: `closed ${direction} ${pods}`,
        // A gateway's goes with it; of other pods manifests need not tell.
        ...(gateways.has(pods) ? { subject: `gateway ${pods}` } : {}),
        says:
          direction === "Egress"
            ? `${pods} may call what network policies name, and nothing else`
            : `${pods} may be called by whom network policies name, and nobody else`,
        object: key,
      });
      for (const opening of rulesOf(spec, direction).flatMap(openingsOf)) {
        const about = { subject, object: key, key: `open ${direction} ${pods} ${opening.key}` };
        const says =
          direction === "Egress" ? `${pods} may call ${opening.says}` : `${opening.says} may call ${pods}`;
        facts.push({ family: "lockdown", kind: "opening", says: `${says}${opening.on}`, ...about });
        if (direction === "Ingress" && opening.isMetrics)
          facts.push({
            family: "monitoring",
            kind: "guard",
            says: `${opening.says} may read the metrics of ${pods}${opening.on}`,
            ...about,
            key: `metrics ${pods} ${opening.key}`,
          });
      }
    }
  return { facts: [...facts, ...sidecarFacts(objects, mesh)], subjects };
}

interface Opening {
  readonly key: string;
  readonly says: string;
  /** ` on port 443`. */
  readonly on: string;
  readonly isMetrics: boolean;
}

function openingsOf({ peers, ports }: NetworkRule): Opening[] {
  return orAny(peers).flatMap((peer) =>
    orAny(ports).map((one): Opening => {
      const { port, endPort, protocol = "TCP" } = one ?? {};
      const range = endPort === undefined ? `${port}` : `${port}-${endPort}`;
      const on = port === undefined ? "" : ` on port ${range}${protocol === "TCP" ? "" : ` (${protocol})`}`;
      // What is left out of a range may change: that is another saying about the same opening.
      const key = `${JSON.stringify(peer?.ipBlock?.cidr ?? peer ?? null)}${on}`;
      return { key, says: peerOf(peer), on, isMetrics: METRICS_PORTS.some((metrics) => metrics === port) };
    }),
  );
}

/** An empty list is none, and none is for all. */
function orAny<T>(list: readonly T[]): readonly (T | undefined)[] {
  return list.length === 0 ? [undefined] : list;
}

function peerOf(peer: NetworkPeer | undefined): string {
  if (peer === undefined) return "everyone";
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock !== undefined) {
    const { cidr, except = [] } = ipBlock;
    return except.length === 0 ? cidr : `${cidr} but ${except.join(", ")}`;
  }
  const where = namespaceSelector === undefined ? "its own namespace" : namespaceOf(namespaceSelector);
  return podSelector === undefined ? `pods of ${where}` : `pods ${selectorOf(podSelector)} of ${where}`;
}

/** The API server keeps this label equal to the namespace's name. */
const NAME_LABEL = "kubernetes.io/metadata.name";

function namespaceOf(selector: LabelSelector): string {
  const text = selectorOf(selector);
  return text.startsWith(`${NAME_LABEL}=`) && !text.includes(",")
    ? text.slice(NAME_LABEL.length + 1)
    : `namespaces ${text}`;
}

function podsSelected(namespace: string, selector: NetworkPolicy["podSelector"]): string {
  const { matchLabels, ...others } = selector ?? {};
  if (Object.keys(others).length > 0) return `${namespace}/${JSON.stringify(selector)}`;
  return Object.keys(matchLabels ?? {}).length === 0
    ? `the pods of ${namespace}`
    : podsOf(namespace, matchLabels);
}

/** `app=istiod`, or the selector itself where it is more than labels. */
function selectorOf(selector: LabelSelector): string {
  const { matchLabels = {}, ...others } = selector;
  if (Object.keys(others).length > 0) return JSON.stringify(selector);
  if (Object.keys(matchLabels).length === 0) return "of any label";
  return Object.entries(matchLabels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

/** What sidecars do with what nobody registered. One that does not say it does what the mesh does. */
function sidecarFacts(objects: Objects, mesh: MeshSettings): Fact[] {
  const isMeshClosed = mesh.outboundTrafficPolicy === "REGISTRY_ONLY";
  const byMesh: Fact = {
    family: "lockdown",
    kind: "guard",
    key: "unregistered mesh",
    says: "sidecars refuse hosts that nobody registered, by the mesh's own setting",
    object: `ConfigMap/${mesh.rootNamespace}/istio`,
  };
  const own = objects("Sidecar").flatMap(({ key, namespace, spec }): Fact[] => {
    const mode = spec.outboundTrafficPolicy?.mode ?? (isMeshClosed ? "REGISTRY_ONLY" : undefined);
    if (mode === undefined) return [];
    const isClosed = mode === "REGISTRY_ONLY";
    return [
      {
        family: "lockdown",
        kind: isClosed ? "guard" : "opening",
        key: `unregistered ${key} ${isClosed}`,
        says: isClosed
          ? `the sidecars of ${namespace} refuse hosts that nobody registered`
          : `the sidecars of ${namespace} let out to hosts that nobody registered (${mode})`,
        object: key,
      },
    ];
  });
  return isMeshClosed ? [...own, byMesh] : own;
}
