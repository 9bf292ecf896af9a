import type { Json, Manifest } from "../plan/manifest.ts";

interface Port {
  readonly number: number;
}
/** Where a route leads. */
export interface Destination {
  readonly destination: { readonly host: string; readonly subset?: string; readonly port?: Port };
}
/** Where a route of an object leads connections. */
export interface Connections {
  readonly object: string;
  readonly destinations: readonly Destination[];
}
/** How Istio's routes compare a text; `{}` asks that it is there. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}
/** What a request must be like for an HTTP route. */
export interface HttpMatch {
  readonly name?: string;
  readonly port?: number;
  readonly uri?: StringMatch;
  readonly authority?: StringMatch;
  readonly method?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
}
/** One HTTP route of a VirtualService. */
export interface HttpRoute {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly Destination[];
  readonly directResponse?: { readonly status: number };
  readonly redirect?: Json;
  readonly delegate?: Json;
}

/** What is read of a VirtualService. */
export interface VirtualService {
  readonly hosts: readonly string[];
  readonly exportTo?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tls?: readonly {
    readonly match: readonly { readonly port?: number; readonly sniHosts: readonly string[] }[];
    readonly route: readonly Destination[];
  }[];
  readonly tcp?: readonly {
    readonly match?: readonly { readonly port?: number; readonly destinationSubnets?: readonly string[] }[];
    readonly route: readonly Destination[];
  }[];
}

/** What is read of a ServiceEntry. */
export interface ServiceEntry {
  readonly hosts: readonly string[];
  readonly exportTo?: readonly string[];
  readonly resolution?: string;
  readonly endpoints?: readonly Json[];
  readonly ports: readonly (Port & { readonly protocol?: string })[];
}

/** What is read of a Gateway. */
export interface Gateway {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers: readonly {
    readonly port: Port & { readonly protocol: string };
    readonly hosts: readonly string[];
    readonly tls?: { readonly mode?: string };
  }[];
}

/** How connections to a host are made. */
export interface TrafficPolicy {
  readonly tls?: {
    readonly mode?: string;
    readonly credentialName?: string;
    readonly insecureSkipVerify?: boolean;
  };
}

/** What is read of a DestinationRule. */
export interface DestinationRule {
  readonly host: string;
  readonly exportTo?: readonly string[];
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly { readonly name: string; readonly trafficPolicy?: TrafficPolicy }[];
}

/** What is read of a Service of Kubernetes. */
export interface Service {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly {
    readonly name?: string;
    readonly appProtocol?: string;
    readonly port: number;
    readonly targetPort?: number | string;
  }[];
}

/** What is read of a Deployment. */
export interface Deployment {
  readonly template: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

/** Which labels Kubernetes asks for; `{}` takes all. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
/** One end of a NetworkPolicy's rule. */
export interface NetworkPeer {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
}
/** Ports of a NetworkPolicy's rule, of the destination's pods. */
export interface NetworkPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
interface NetworkRule {
  readonly to?: readonly NetworkPeer[];
  readonly from?: readonly NetworkPeer[];
  readonly ports?: readonly NetworkPort[];
}

/** What is read of a NetworkPolicy. */
export interface NetworkPolicy {
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly NetworkRule[];
  readonly egress?: readonly NetworkRule[];
}

/** What is read of a Sidecar. */
export interface Sidecar {
  readonly workloadSelector?: Json;
  readonly egress?: readonly {
    readonly hosts?: Texts;
    readonly port?: Json;
    readonly bind?: string;
    readonly captureMode?: string;
  }[];
  readonly outboundTrafficPolicy?: { readonly mode?: string };
}

/** What is read of an EnvoyFilter. */
export interface EnvoyFilter {
  readonly configPatches?: readonly {
    readonly match?: { readonly listener?: { readonly name?: string; readonly portNumber?: number } };
    readonly patch?: { readonly value?: { readonly typed_config?: FilterSettings } };
  }[];
}
interface FilterSettings {
  readonly strip_any_host_port?: boolean;
  readonly tunneling_config?: { readonly hostname?: string };
}

type Texts = readonly string[];
/** From whom, in a rule of an AuthorizationPolicy: each field but those that begin with `not` has one of its values. */
export interface Source {
  readonly principals?: Texts;
  readonly notPrincipals?: Texts;
  readonly requestPrincipals?: Texts;
  readonly notRequestPrincipals?: Texts;
  readonly namespaces?: Texts;
  readonly notNamespaces?: Texts;
  readonly serviceAccounts?: Texts;
  readonly notServiceAccounts?: Texts;
  readonly ipBlocks?: Texts;
  readonly notIpBlocks?: Texts;
  readonly remoteIpBlocks?: Texts;
  readonly notRemoteIpBlocks?: Texts;
}
/** What is asked for, in a rule of an AuthorizationPolicy. */
export interface Operation {
  readonly hosts?: Texts;
  readonly notHosts?: Texts;
  readonly ports?: Texts;
  readonly notPorts?: Texts;
  readonly methods?: Texts;
  readonly notMethods?: Texts;
  readonly paths?: Texts;
  readonly notPaths?: Texts;
}
/** A further condition, in a rule of an AuthorizationPolicy. */
export interface Condition {
  readonly key: string;
  readonly values?: Texts;
  readonly notValues?: Texts;
}
/** One rule of an AuthorizationPolicy. */
export interface PolicyRule {
  readonly from?: readonly { readonly source?: Source }[];
  readonly to?: readonly { readonly operation?: Operation }[];
  readonly when?: readonly Condition[];
}

/** What is read of an AuthorizationPolicy. */
export interface AuthorizationPolicy {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly targetRef?: Json;
  readonly targetRefs?: Json;
  readonly action?: string;
  readonly provider?: { readonly name?: string };
  readonly rules?: readonly PolicyRule[];
}

/** What is read of a RequestAuthentication. */
export interface RequestAuthentication {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly jwtRules?: readonly { readonly issuer: string }[];
}

/** Each kind that is read, with its API group. */
const GROUPS = {
  VirtualService: "networking.istio.io",
  ServiceEntry: "networking.istio.io",
  Gateway: "networking.istio.io",
  DestinationRule: "networking.istio.io",
  Sidecar: "networking.istio.io",
  EnvoyFilter: "networking.istio.io",
  AuthorizationPolicy: "security.istio.io",
  RequestAuthentication: "security.istio.io",
  Service: "",
  Namespace: "",
  Deployment: "apps",
  NetworkPolicy: "networking.k8s.io",
} as const;

interface Kinds {
  readonly VirtualService: VirtualService;
  readonly ServiceEntry: ServiceEntry;
  readonly Gateway: Gateway;
  readonly DestinationRule: DestinationRule;
  readonly Sidecar: Sidecar;
  readonly EnvoyFilter: EnvoyFilter;
  readonly AuthorizationPolicy: AuthorizationPolicy;
  readonly RequestAuthentication: RequestAuthentication;
  readonly Service: Service;
  readonly Namespace: Json;
  readonly Deployment: Deployment;
  readonly NetworkPolicy: NetworkPolicy;
}

/** An object with what is read of it. */
export interface Read<Spec> {
  /** Its `kind/namespace/name`. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Spec;
}

/** The objects of some manifests, by kind. */
export type Objects = <K extends keyof Kinds>(kind: K) => readonly Read<Kinds[K]>[];

/** Sorts manifests by kind once; the shape of their specs is the API server's to check. */
export function readObjects(manifests: readonly Manifest[]): Objects {
  const kinds = Map.groupBy(manifests, ({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`);
  const read = new Map<string, readonly Read<unknown>[]>();
  return <K extends keyof Kinds>(kind: K) => {
    const known = read.get(kind) ?? (kinds.get(`${GROUPS[kind]}/${kind}`) ?? []).map(readObject);
    read.set(kind, known);
    return known as readonly Read<Kinds[K]>[];
  };
}

/** The specs of all manifests of a kind. */
export function specsOf<K extends keyof Kinds>(manifests: readonly Manifest[], kind: K): Kinds[K][] {
  return readObjects(manifests)(kind).map(({ spec }) => spec);
}

/** Whether an object with this exportTo is seen in a namespace; without one everybody sees it. */
export function isSeenIn(
  namespace: string,
  { namespace: home, spec }: Read<{ readonly exportTo?: readonly string[] }>,
): boolean {
  const to = spec.exportTo ?? [];
  return to.length === 0 || to.some((one) => one === "*" || (one === "." ? home : one) === namespace);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}

function readObject({ kind, metadata, spec }: Manifest): Read<unknown> {
  const { name, namespace = "", annotations = {}, labels = {} } = metadata;
  return { key: `${kind}/${namespace}/${name}`, name, namespace, annotations, labels, spec: spec ?? {} };
}
