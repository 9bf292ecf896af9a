import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "../cluster/client.ts";
import { contentsOf, type Head, namespacesIn } from "../cluster/heads.ts";
import { isManaged } from "../plan/labels.ts";
import { type Manifest, objectKey } from "../plan/manifest.ts";

/**
 * Looks that there is a namespace for all that is to be written.
 *
 * @throws ClusterError naming each namespace that neither is there nor is written
 */
export async function requireNamespaces(config: KubeConfig, writes: readonly Manifest[]): Promise<void> {
  const missing = namespacesMissing(writes, await namespacesIn(config));
  if (missing.size === 0) return;
  const named = [...missing].map(([namespace, objects]) => `${namespace} (${enumerate(objects)})`);
  throw new ClusterError(
    `there is no namespace for what is to be written in ${named.join(", ")}; nothing was written`,
    "create it, or take out what is granted to it or locked down in it",
  );
}

/** The objects that have no namespace to be in, by that namespace. */
export function namespacesMissing(
  writes: readonly Manifest[],
  existing: readonly string[],
): Map<string, string[]> {
  const made = writes.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const there = new Set([...existing, ...made]);
  const missing = new Map<string, string[]>();
  for (const manifest of writes) {
    const { namespace } = manifest.metadata;
    if (namespace !== undefined && !there.has(namespace))
      missing.set(namespace, [...(missing.get(namespace) ?? []), objectKey(manifest)]);
  }
  return missing;
}

/** What is in an object of others, such as `Secret/client`, and would go with it; nothing but in a namespace. */
export async function readOthersIn(
  config: KubeConfig,
  { kind, metadata }: Manifest,
): Promise<readonly string[]> {
  return kind === "Namespace" ? othersAmong(await contentsOf(config, metadata.name)) : [];
}

/** Such as `Namespace/egress is kept: it has Secret/client`. */
export function keptLine(namespace: Manifest, others: readonly string[]): string {
  return `${objectKey(namespace)} is kept: it has ${enumerate(others)}`;
}

/** What Kubernetes and Istio put into every namespace. */
const EVERYWHERE: readonly string[] = ["kube-root-ca.crt", "istio-ca-root-cert", "istio-ca-crl"];

/** Which objects somebody else made: not Sallyport, not the cluster itself, and no other object. */
export function othersAmong(contents: readonly Head[]): string[] {
  return contents
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0)
    .filter(({ metadata }) => !isManaged(metadata))
    .filter(({ kind, metadata }) => kind !== "ConfigMap" || !EVERYWHERE.includes(metadata.name))
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

const SHOWN = 3;

/** `a, b, c and 2 more`. */
function enumerate(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return `${names.slice(0, SHOWN).join(", ")}${more}`;
}
