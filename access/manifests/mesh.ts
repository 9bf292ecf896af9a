/** What MeshConfig says that decides who gets where; the defaults are Istio's own. */
export interface MeshSettings {
  /** Default cluster.local. */
  readonly trustDomain: string;
  /** Whether sidecars let go where nobody registered; a namespace's Sidecar may say otherwise. Default ALLOW_ANY. */
  readonly outboundTrafficPolicy: "ALLOW_ANY" | "REGISTRY_ONLY";
  /** Default BASE. */
  readonly pathNormalization: "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";
  /** Policies of this namespace are for every workload. Default istio-system. */
  readonly rootNamespace: string;
}

/** Istio's own. */
export const DEFAULT_MESH: MeshSettings = {
  trustDomain: "cluster.local",
  outboundTrafficPolicy: "ALLOW_ANY",
  pathNormalization: "BASE",
  rootNamespace: "istio-system",
};
