import { parse } from "yaml";
import type { Running } from "../cluster/running.ts";
import { controlPlaneOf, type MeshPlace } from "./control-planes.ts";
import type { LabelSelector } from "./live.ts";

/** What is read of MeshConfig, how istiod was told to set the mesh up. */
export interface MeshConfig {
  readonly rootNamespace?: string;
  readonly trustDomain?: string;
  readonly trustDomainAliases?: readonly string[];
  readonly outboundTrafficPolicy?: { readonly mode?: string };
  readonly defaultServiceExportTo?: readonly string[];
  readonly defaultVirtualServiceExportTo?: readonly string[];
  readonly pathNormalization?: { readonly normalization?: string };
  readonly discoverySelectors?: readonly LabelSelector[];
  readonly extensionProviders?: readonly { readonly name?: string; readonly [type: string]: unknown }[];
}

/** The name of the ConfigMap with a revision's MeshConfig. */
export function meshConfigMap(mesh: MeshPlace, running: Pick<Running, "objects">): string {
  const revision = controlPlaneOf(mesh, running)?.revision ?? mesh.revision ?? "default";
  return revision === "default" ? "istio" : `istio-${revision}`;
}

/** The mesh's configuration; empty, so Istio's defaults, where it can't be read. */
export function meshConfigOf(mesh: MeshPlace, running: Pick<Running, "objects">): MeshConfig {
  const text = meshConfigText(mesh, running);
  if (text === undefined) return {};
  try {
    return (parse(text) ?? {}) as MeshConfig;
  } catch {
    return {};
  }
}

/** The text of the mesh's configuration, undefined where it is not there. */
export function meshConfigText(mesh: MeshPlace, running: Pick<Running, "objects">): string | undefined {
  const name = meshConfigMap(mesh, running);
  const found = running.objects.find(
    ({ kind, metadata }) =>
      kind === "ConfigMap" && metadata.name === name && metadata.namespace === mesh.namespace,
  );
  return (found?.data as Readonly<Record<string, string>> | undefined)?.mesh;
}
