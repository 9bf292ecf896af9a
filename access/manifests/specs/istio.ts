import { z } from "zod";
import { labels, texts } from "./text.ts";

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

/** Istio's kinds. */
export const ISTIO = {
  VirtualService: z.object({
    ...exported,
    hosts: texts.default([]),
    /** `mesh` is all sidecars, for which a VirtualService without any is. */
    gateways: texts.default(["mesh"]),
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
} as const;

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
export type VirtualService = z.infer<typeof ISTIO.VirtualService>;
export type ServiceEntry = z.infer<typeof ISTIO.ServiceEntry>;
export type DestinationRule = z.infer<typeof ISTIO.DestinationRule>;
export type Sidecar = z.infer<typeof ISTIO.Sidecar>;
export type Gateway = z.infer<typeof ISTIO.Gateway>;
export type RequestAuthentication = z.infer<typeof ISTIO.RequestAuthentication>;
export type AuthorizationPolicy = z.infer<typeof ISTIO.AuthorizationPolicy>;
