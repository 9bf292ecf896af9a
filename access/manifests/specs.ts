import type { z } from "zod";
import { ISTIO } from "./specs/istio.ts";
import { KUBERNETES } from "./specs/kubernetes.ts";

export type * from "./specs/istio.ts";
export type * from "./specs/kubernetes.ts";

/**
 * What is read of each kind's spec. Others write such objects too: what one of them leaves out, though Istio asks for
 * it, is empty here and takes no part in any answer; what is of another type makes the object one that is not read.
 * By kind; {@link GROUPS} has their API groups.
 */
export const SPECS = { ...ISTIO, ...KUBERNETES } as const;

/** The API group of each kind that is read. */
export const GROUPS: Readonly<Record<keyof Kinds, string>> = {
  VirtualService: "networking.istio.io",
  ServiceEntry: "networking.istio.io",
  Gateway: "networking.istio.io",
  DestinationRule: "networking.istio.io",
  Sidecar: "networking.istio.io",
  EnvoyFilter: "networking.istio.io",
  AuthorizationPolicy: "security.istio.io",
  RequestAuthentication: "security.istio.io",
  PeerAuthentication: "security.istio.io",
  Telemetry: "telemetry.istio.io",
  Namespace: "",
  ConfigMap: "",
  NetworkPolicy: "networking.k8s.io",
  Service: "",
  Deployment: "apps",
  NodePool: "karpenter.sh",
};

/** What is read of a spec, by kind. */
export type Kinds = { readonly [K in keyof typeof SPECS]: z.infer<(typeof SPECS)[K]> };
