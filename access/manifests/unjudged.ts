import { isManaged } from "../../plan/labels.ts";
import { groupOf, type Manifest, objectKey } from "../../plan/manifest.ts";
import { faultOf, kindRead } from "./read.ts";
import { GROUPS } from "./specs.ts";

const VERSIONS = ["v1", "v1beta1", "v1alpha3", "v1alpha1"];

/** Kinds that do not change who gets where: telemetry, settings of proxies and nodes, and what lies behind a host. */
const WITHOUT_SAY = [
  "ConfigMap",
  "GatewayClass",
  "IstioOperator",
  "NodePool",
  "PeerAuthentication",
  "ProxyConfig",
  "Telemetry",
  "WorkloadEntry",
  "WorkloadGroup",
];

/** Whose objects steer proxies; Istio reads the second as well. */
const STEERING = /\.istio\.io$|^gateway\.networking\.k8s\.io$/;

type Kind = Pick<Manifest, "apiVersion" | "kind">;

/** An object whose meaning is not read, or not in full. */
export interface Unjudged {
  /** `kind/namespace/name`. */
  readonly object: string;
  readonly why: string;
}

/** Whether objects of a kind may change an answer: those that are read, and those of Istio's that are not known. */
export function hasSay(kind: Kind): boolean {
  return (kindRead(kind) !== undefined && !WITHOUT_SAY.includes(kind.kind)) || isUnknown(kind);
}

/** Whether an API group, empty for Kubernetes' own, may have a kind that {@link hasSay}. */
export function isReadGroup(group: string): boolean {
  const isRead = ([kind, own]: readonly [string, string]) => own === group && !WITHOUT_SAY.includes(kind);
  return STEERING.test(group) || Object.entries(GROUPS).some(isRead);
}

function isUnknown({ apiVersion, kind }: Kind): boolean {
  return (
    STEERING.test(groupOf(apiVersion)) &&
    kindRead({ apiVersion, kind }) === undefined &&
    !WITHOUT_SAY.includes(kind)
  );
}

/**
 * What could change an answer for the pods of a namespace and is not read: filters that others wrote, code, objects of
 * kinds and versions that are not known, and what is not of its kind's form.
 *
 * @returns by namespace
 */
export function unjudgedIn(
  manifests: readonly Manifest[],
  rootNamespace: string,
): (namespace: string) => readonly string[] {
  const found = Map.groupBy(manifests, ({ metadata }) => metadata.namespace ?? "");
  const of = (namespace: string) => unjudged(found.get(namespace) ?? []).map(inWords);
  const everywhere = of(rootNamespace);
  return (namespace) => (namespace === rootNamespace ? everywhere : [...of(namespace), ...everywhere]);
}

/** What could change an answer and is not judged: each object with its reasons. */
export function unjudged(manifests: readonly Manifest[]): Unjudged[] {
  return unjudgedBy(manifests.filter(hasSay), whyUnjudged);
}

/** Each object with the reasons that it has, if it has any. */
export function unjudgedBy(
  manifests: readonly Manifest[],
  reasons: (manifest: Manifest) => readonly string[],
): Unjudged[] {
  return manifests.flatMap((manifest) =>
    reasons(manifest).map((why) => ({ object: objectKey(manifest), why })),
  );
}

/** `EnvoyFilter/egress/theirs changes Envoy's configuration`. */
export function inWords({ object, why }: Unjudged): string {
  return `${object} ${why}`;
}

/** Why the meaning of an object is not read, or not in full; empty where it is. */
export function whyUnjudged(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const read = kindRead(manifest);
  const fault = read === undefined ? undefined : faultOf(read, manifest);
  if (fault !== undefined) return [`is not of its kind's form: ${fault}`];
  const version = apiVersion.replace(/^.*\//, "");
  if ((read !== undefined || STEERING.test(groupOf(apiVersion))) && !VERSIONS.includes(version))
    return [`has the version ${version}, which is not known`];
  if (isUnknown(manifest)) return [kind === "WasmPlugin" ? "runs code" : "is of a kind that is not read"];
  return kind === "EnvoyFilter" && !isManaged(manifest.metadata) ? ["changes Envoy's configuration"] : [];
}
