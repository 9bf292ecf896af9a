import type { Manifest } from "../plan/manifest.ts";
import { isOurs } from "./owner.ts";
import { faultOf, groupOf, kindRead } from "./read.ts";
import { GROUPS } from "./specs.ts";

const VERSIONS = ["v1", "v1beta1", "v1alpha3", "v1alpha1"];

/** Kinds that do not change who gets where: telemetry, settings of proxies, and what lies behind a host. */
const WITHOUT_SAY = [
  "GatewayClass",
  "IstioOperator",
  "PeerAuthentication",
  "ProxyConfig",
  "Telemetry",
  "WorkloadEntry",
  "WorkloadGroup",
];

/** Whose objects steer proxies; Istio reads the second as well. */
const STEERING = /\.istio\.io$|^gateway\.networking\.k8s\.io$/;

type Kind = Pick<Manifest, "apiVersion" | "kind">;

/** Whether objects of a kind may change an answer: those that are read, and those of Istio's that are not known. */
export function hasSay(kind: Kind): boolean {
  return kindRead(kind) !== undefined || isUnknown(kind);
}

/** Whether an API group, empty for Kubernetes' own, may have a kind that {@link hasSay}. */
export function isReadGroup(group: string): boolean {
  return STEERING.test(group) || Object.values(GROUPS).includes(group);
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
  const found = Map.groupBy(unjudged(manifests), ({ namespace }) => namespace);
  const of = (namespace: string) => (found.get(namespace) ?? []).map(({ what }) => what);
  const everywhere = of(rootNamespace);
  return (namespace) => (namespace === rootNamespace ? everywhere : [...of(namespace), ...everywhere]);
}

/** All that is not judged: each object with the reason. */
export function unjudged(manifests: readonly Manifest[]): { namespace: string; what: string }[] {
  return manifests.flatMap((manifest) => {
    const { name, namespace = "" } = manifest.metadata;
    return whyUnjudged(manifest).map((why) => ({
      namespace,
      what: `${manifest.kind}/${namespace}/${name} ${why}`,
    }));
  });
}

function whyUnjudged(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const read = kindRead(manifest);
  const fault = read === undefined ? undefined : faultOf(read, manifest);
  if (fault !== undefined) return [`is not of its kind's form: ${fault}`];
  const [, version = ""] = apiVersion.split("/");
  if (STEERING.test(groupOf(apiVersion)) && !VERSIONS.includes(version))
    return [`has the version ${version}, which is not known`];
  if (isUnknown(manifest)) return [kind === "WasmPlugin" ? "runs code" : "is of a kind that is not read"];
  return kind === "EnvoyFilter" && !isOurs(manifest) ? ["changes Envoy's configuration"] : [];
}
