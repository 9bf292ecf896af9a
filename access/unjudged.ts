import type { Manifest } from "../plan/manifest.ts";

const VERSIONS = ["v1", "v1beta1", "v1alpha3", "v1alpha1"];

/**
 * What could change an answer for the pods of a namespace and is not read: filters that others wrote, code, and objects
 * of Istio in a version that nobody knows yet.
 *
 * @returns by namespace
 */
export function unjudgedIn(
  manifests: readonly Manifest[],
  rootNamespace: string,
): (namespace: string) => readonly string[] {
  const found = new Map<string, string[]>();
  for (const manifest of manifests) {
    const why = whyUnjudged(manifest);
    if (why === undefined) continue;
    const { name, namespace = "" } = manifest.metadata;
    found.set(namespace, [...(found.get(namespace) ?? []), `${manifest.kind}/${namespace}/${name} ${why}`]);
  }
  const everywhere = found.get(rootNamespace) ?? [];
  return (namespace) => [...(found.get(namespace) ?? []), ...everywhere];
}

function whyUnjudged({ apiVersion, kind, metadata }: Manifest): string | undefined {
  const [group = "", version = ""] = apiVersion.split("/");
  if (!group.endsWith(".istio.io")) return undefined;
  if (!VERSIONS.includes(version)) return `has the version ${version}, which is not known`;
  if (kind === "WasmPlugin") return "runs code";
  if (kind !== "EnvoyFilter" || metadata.labels?.["app.kubernetes.io/managed-by"] === "sallyport")
    return undefined;
  return "changes Envoy's configuration";
}
