import { z } from "zod";

/**
 * What is read of each kind's spec. Others write such objects too: what one of them leaves out, though Istio asks for
 * it, is empty here and takes no part in any answer; what is of another type makes the object one that is not read.
 */
const texts = z.array(z.string());
const labels = z.record(z.string(), z.string());
const port = z.object({ number: z.number().default(0) });
const exported = { exportTo: texts.optional() };
const destination = z.object({
  host: z.string().default(""),
  subset: z.string().optional(),
  port: port.optional(),
});
const destinations = z.array(z.object({ destination: destination.prefault({}) }));

/** How Istio's routes compare a text; `{}` asks that it is there. */
const stringMatch = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
/** What a request must be like for an HTTP route; fields that are not known stay, as they make an answer unsure. */
const httpMatch = z.looseObject({
  name: z.string().optional(),
  gateways: texts.optional(),
  port: z.number().optional(),
  uri: stringMatch.optional(),
  authority: stringMatch.optional(),
  method: stringMatch.optional(),
  headers: z.record(z.string(), stringMatch).optional(),
  withoutHeaders: z.record(z.string(), stringMatch).optional(),
});
const httpRoute = z.object({
  name: z.string().optional(),
  match: z.array(httpMatch).optional(),
  route: destinations.optional(),
  directResponse: z.object({ status: z.number().default(0) }).optional(),
  redirect: z.unknown().optional(),
  delegate: z.unknown().optional(),
});

/** From whom: each field but those that begin with `not` has one of its values. */
const source = z.object({
  principals: texts.optional(),
  notPrincipals: texts.optional(),
  requestPrincipals: texts.optional(),
  notRequestPrincipals: texts.optional(),
  namespaces: texts.optional(),
  notNamespaces: texts.optional(),
  serviceAccounts: texts.optional(),
  notServiceAccounts: texts.optional(),
  ipBlocks: texts.optional(),
  notIpBlocks: texts.optional(),
  remoteIpBlocks: texts.optional(),
  notRemoteIpBlocks: texts.optional(),
});
const operation = z.object({
  hosts: texts.optional(),
  notHosts: texts.optional(),
  ports: texts.optional(),
  notPorts: texts.optional(),
  methods: texts.optional(),
  notMethods: texts.optional(),
  paths: texts.optional(),
  notPaths: texts.optional(),
});
/** A further condition; without a key it is one that istiod does not know. */
const condition = z.object({
  key: z.string().default(""),
  values: texts.optional(),
  notValues: texts.optional(),
});
const policyRule = z.object({
  from: z.array(z.object({ source: source.optional() })).optional(),
  to: z.array(z.object({ operation: operation.optional() })).optional(),
  when: z.array(condition).optional(),
});
const selector = z.object({ matchLabels: labels.optional() }).optional();

/** How a proxy speaks TLS to what it calls. */
const clientTls = z.object({
  mode: z.string().optional(),
  credentialName: z.string().optional(),
  caCertificates: z.string().optional(),
  sni: z.string().optional(),
  subjectAltNames: texts.optional(),
  insecureSkipVerify: z.boolean().optional(),
});
/** How connections to a host are made; a port's own settings take the place of all others. */
const trafficPolicy = z.object({
  tls: clientTls.optional(),
  portLevelSettings: z.array(z.object({ port: port.optional(), tls: clientTls.optional() })).optional(),
});
const imports = z.object({
  hosts: texts.default([]),
  port: z.unknown().optional(),
  bind: z.string().optional(),
  captureMode: z.string().optional(),
});

/** Which labels Kubernetes asks for; `{}` takes all. */
const labelSelector = z.object({
  matchLabels: labels.optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: texts.optional() }))
    .optional(),
});
const networkPeer = z.object({
  ipBlock: z.object({ cidr: z.string(), except: texts.optional() }).optional(),
  namespaceSelector: labelSelector.optional(),
  podSelector: labelSelector.optional(),
});
const networkPort = z.object({
  protocol: z.string().optional(),
  port: z.union([z.number(), z.string()]).optional(),
  endPort: z.number().optional(),
});
const networkRule = z.object({
  to: z.array(networkPeer).optional(),
  from: z.array(networkPeer).optional(),
  ports: z.array(networkPort).optional(),
});

/** One of Envoy's access loggers. */
const accessLogger = z.object({
  name: z.string(),
  filter: z.json().optional(),
  typed_config: z.record(z.string(), z.json()).optional(),
});
/** Of an EnvoyFilter's values, all but these are anything. */
const filterValue = z
  .object({
    typed_config: z
      .object({
        strip_any_host_port: z.boolean().optional(),
        tunneling_config: z.object({ hostname: z.string().optional() }).optional(),
        access_log: z.array(accessLogger).optional().catch(undefined),
      })
      .optional(),
  })
  .optional()
  .catch(undefined);

const tlsRoute = z.object({
  match: z
    .array(z.object({ gateways: texts.optional(), port: z.number().optional(), sniHosts: texts.default([]) }))
    .default([]),
  route: destinations.default([]),
});
const tcpRoute = z.object({
  match: z
    .array(
      z.object({
        gateways: texts.optional(),
        port: z.number().optional(),
        destinationSubnets: texts.optional(),
      }),
    )
    .optional(),
  route: destinations.default([]),
});
const server = z.object({
  port: port.extend({ protocol: z.string().default("") }).prefault({}),
  hosts: texts.default([]),
  tls: z.object({ mode: z.string().optional() }).optional(),
});
const servicePort = z.object({
  name: z.string().optional(),
  appProtocol: z.string().optional(),
  port: z.number().default(0),
  targetPort: z.union([z.number(), z.string()]).optional(),
});
const filterPatch = z.object({
  match: z
    .object({
      context: z.string().optional(),
      listener: z
        .object({
          name: z.string().optional(),
          portNumber: z.number().optional(),
          filterChain: z.object({ filter: z.object({ name: z.string().optional() }).optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
  patch: z.object({ value: filterValue }).optional(),
});

/** What a node must be like, each in one of its labels. */
const nodeTerm = z.object({
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: texts.optional() }))
    .optional(),
  matchFields: z.json().optional(),
});
const container = z.object({
  name: z.string(),
  securityContext: z
    .object({
      privileged: z.boolean().optional(),
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
    })
    .optional(),
});
const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
});
const podSpec = z.object({
  hostNetwork: z.boolean().optional(),
  securityContext: z.object({ runAsNonRoot: z.boolean().optional() }).optional(),
  containers: z.array(container).optional(),
  tolerations: z.array(toleration).optional(),
  nodeSelector: labels.optional(),
  affinity: z
    .object({
      nodeAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .object({ nodeSelectorTerms: z.array(nodeTerm).optional() })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});
const taint = z.object({ key: z.string(), value: z.string().optional(), effect: z.string() });

/** By kind; {@link GROUPS} has their API groups. */
export const SPECS = {
  VirtualService: z.object({
    ...exported,
    hosts: texts.default([]),
    gateways: texts.optional(),
    http: z.array(httpRoute).optional(),
    tls: z.array(tlsRoute).optional(),
    tcp: z.array(tcpRoute).optional(),
  }),
  ServiceEntry: z.object({
    ...exported,
    hosts: texts.default([]),
    location: z.string().optional(),
    resolution: z.string().optional(),
    subjectAltNames: texts.optional(),
    endpoints: z.array(z.unknown()).optional(),
    ports: z.array(port.extend({ protocol: z.string().optional() })).default([]),
  }),
  Gateway: z.object({ selector: labels.optional(), servers: z.array(server).default([]) }),
  DestinationRule: z.object({
    ...exported,
    host: z.string().default(""),
    trafficPolicy: trafficPolicy.optional(),
    subsets: z
      .array(z.object({ name: z.string().default(""), trafficPolicy: trafficPolicy.optional() }))
      .optional(),
  }),
  Sidecar: z.object({
    workloadSelector: z.unknown().optional(),
    egress: z.array(imports).optional(),
    outboundTrafficPolicy: z.object({ mode: z.string().optional() }).optional(),
  }),
  EnvoyFilter: z.object({
    workloadSelector: z.object({ labels: labels.optional() }).optional(),
    configPatches: z.array(filterPatch).optional(),
  }),
  AuthorizationPolicy: z.object({
    selector,
    targetRef: z.unknown().optional(),
    targetRefs: z.unknown().optional(),
    action: z.string().optional(),
    provider: z.object({ name: z.string().optional() }).optional(),
    rules: z.array(policyRule).optional(),
  }),
  RequestAuthentication: z.object({
    selector,
    jwtRules: z
      .array(
        z.object({
          issuer: z.string().default(""),
          jwks: z.string().optional(),
          jwksUri: z.string().optional(),
          audiences: texts.optional(),
        }),
      )
      .optional(),
  }),
  PeerAuthentication: z.object({ mtls: z.object({ mode: z.string().optional() }).optional() }),
  Telemetry: z.object({
    accessLogging: z
      .array(
        z.object({
          disabled: z.boolean().optional(),
          providers: z.array(z.object({ name: z.string().default("") })).optional(),
        }),
      )
      .optional(),
  }),
  Namespace: z.object({}),
  ConfigMap: z.object({}),
  NetworkPolicy: z.object({
    podSelector: labelSelector.optional(),
    policyTypes: texts.optional(),
    ingress: z.array(networkRule).optional(),
    egress: z.array(networkRule).optional(),
  }),
  Service: z.object({ selector: labels.optional(), ports: z.array(servicePort).optional() }),
  Deployment: z.object({
    template: z
      .object({ metadata: z.object({ labels: labels.optional() }).optional(), spec: podSpec.optional() })
      .prefault({}),
  }),
  NodePool: z.object({
    template: z
      .object({
        metadata: z.object({ labels: labels.optional() }).optional(),
        spec: z.object({ taints: z.array(taint).optional() }).optional(),
      })
      .optional(),
  }),
} as const;

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

/** Where a route leads. */
export type Destination = z.infer<typeof destinations>[number];
/** Where a route of an object leads connections. */
export interface Connections {
  readonly object: string;
  readonly destinations: readonly Destination[];
}
export type ClientTls = z.infer<typeof clientTls>;
export type TrafficPolicy = z.infer<typeof trafficPolicy>;
/** One of Envoy's access loggers. */
export type AccessLogger = z.infer<typeof accessLogger>;
export type PodSpec = z.infer<typeof podSpec>;
/** What a node must be like; of several terms one is enough. */
export type NodeTerm = z.infer<typeof nodeTerm>;
export type LabelSelector = z.infer<typeof labelSelector>;
/** One end of a NetworkPolicy's rule. */
export type NetworkPeer = z.infer<typeof networkPeer>;
/** Ports of a NetworkPolicy's rule, of the destination's pods. */
export type NetworkPort = z.infer<typeof networkPort>;
export type StringMatch = z.infer<typeof stringMatch>;
export type HttpMatch = z.infer<typeof httpMatch>;
/** One HTTP route of a VirtualService. */
export type HttpRoute = z.infer<typeof httpRoute>;
/** From whom, in a rule of an AuthorizationPolicy. */
export type Source = z.infer<typeof source>;
/** What is asked for, in a rule of an AuthorizationPolicy. */
export type Operation = z.infer<typeof operation>;
/** A further condition, in a rule of an AuthorizationPolicy. */
export type Condition = z.infer<typeof condition>;
/** One rule of an AuthorizationPolicy. */
export type PolicyRule = z.infer<typeof policyRule>;
export type VirtualService = Kinds["VirtualService"];
export type ServiceEntry = Kinds["ServiceEntry"];
export type DestinationRule = Kinds["DestinationRule"];
export type Sidecar = Kinds["Sidecar"];
export type NetworkPolicy = Kinds["NetworkPolicy"];
export type Gateway = Kinds["Gateway"];
export type Service = Kinds["Service"];
export type AuthorizationPolicy = Kinds["AuthorizationPolicy"];
