import { z } from "zod";
import { environmentAccess, fileRules } from "./access.ts";
import { HostEntry } from "./host.ts";
import { Lockdown } from "./lockdown.ts";
import { Monitoring } from "./monitoring.ts";
import { Nodes } from "./nodes.ts";
import {
  Cidr,
  CounterPrefix,
  DnsLabel,
  eachOnce,
  LabelKey,
  LabelValue,
  PortNumber,
  Quantity,
  ServiceName,
  TrustDomain,
} from "./scalars.ts";

/** What one Istio mesh is like; Sallyport does not install it. */
export const Mesh = z
  .strictObject({
    trustDomain: TrustDomain.default("cluster.local"),
    namespace: DnsLabel.default("istio-system").describe("The namespace of istiod, Istio's root namespace."),
    revision: DnsLabel.optional().describe("The istio.io/rev of the control plane, where several run."),
    outboundTrafficPolicy: z
      .enum(["ALLOW_ANY", "REGISTRY_ONLY"])
      .default("ALLOW_ANY")
      .describe("What meshConfig.outboundTrafficPolicy.mode says; ALLOW_ANY is Istio's own default."),
    dns: z
      .strictObject({
        namespace: DnsLabel.default("kube-system"),
        podLabels: z.record(LabelKey, LabelValue).default({ "k8s-app": "kube-dns" }),
        port: PortNumber.default(53).describe("The pods' own port, such as OpenShift's 5353."),
        cidrs: eachOnce(z.array(Cidr))
          .default([])
          .describe("Addresses that answer too, such as NodeLocal DNSCache's."),
      })
      .prefault({})
      .describe("What answers DNS in the cluster."),
  })
  .prefault({});

const GatewayPort = z.strictObject({
  port: PortNumber,
  protocol: z
    .enum(["http", "tls", "tcp"])
    .describe("http for hosts with tls: none, originate or mutual; tls for passthrough; tcp for tcp."),
});

const Resources = z.strictObject({
  requests: z.strictObject({ cpu: Quantity.default("100m"), memory: Quantity.default("128Mi") }).prefault({}),
  limits: z.strictObject({ cpu: Quantity.optional(), memory: Quantity.default("1Gi") }).prefault({}),
});

const TopologySpread = z.strictObject({
  key: LabelKey,
  maxSkew: z.int().min(1).max(100).default(1),
  whenUnsatisfiable: z.enum(["ScheduleAnyway", "DoNotSchedule"]).default("ScheduleAnyway"),
});

/** A word that some look for, so that check can say why it can't be. */
const MutualTLS = z
  .string()
  .superRefine((value, context) => {
    if (value === "strict") return;
    context.addIssue({
      code: "custom",
      message:
        value === "off"
          ? "without mutual TLS on the hop the gateway can't know who calls, so no grant could be enforced"
          : "not one of the known values",
      params: { fix: "write strict, or leave it out" },
    });
  })
  .meta({ description: "Mutual TLS on the hop to the gateway: always strict.", enum: ["strict"] });

/** One egress gateway: who it runs as, how big it is, and on which ports hosts may be called through it. */
export const Gateway = z.strictObject({
  name: ServiceName,
  namespace: DnsLabel.describe("A namespace of the gateway's own, made by Sallyport; never istiod's."),
  serviceAccount: DnsLabel.optional().describe("The gateway's identity; its name by default."),
  replicas: z
    .strictObject({ min: z.int().min(1).max(1000).default(2), max: z.int().min(1).max(1000).default(5) })
    .prefault({}),
  resources: Resources.prefault({}),
  ports: z
    .array(GatewayPort)
    .min(1)
    .default([
      { port: 80, protocol: "http" },
      { port: 443, protocol: "tls" },
    ]),
  topologySpread: z.array(TopologySpread).default([
    { key: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" },
    { key: "kubernetes.io/hostname", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" },
  ]),
  disruption: z
    .strictObject({ maxUnavailable: z.int().min(1).max(1000).default(1) })
    .prefault({})
    .describe("The PodDisruptionBudget."),
  drainSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(45)
    .describe("How long open connections may go on when a pod ends."),
  counters: z
    .array(CounterPrefix)
    .default([])
    .describe("Envoy counters to keep beside Istio's few and Sallyport's own."),
  reachPrivate: eachOnce(z.array(Cidr))
    .default([])
    .describe("Private ranges that the gateway may call after all."),
  mutualTLS: MutualTLS.default("strict"),
});

/** Each namespace under lockdown names every gateway, so their number has an end. */
const MAX_GATEWAYS = 100;

/** The frame of a catalog: a team's hosts. Its entries are read one by one, so that each fault shows. */
export const Catalog = z.strictObject({
  owner: DnsLabel.describe("The team that answers for these hosts."),
  imports: z.array(z.string().min(1)).default([]).describe("Other catalogs, by path from this file."),
  ...fileRules,
  hosts: z.array(z.unknown()).default([]),
});

/** The frame of an environment file. */
export const Environment = z.strictObject({
  environment: DnsLabel.describe("The environment's name, such as dev; the Pulumi stack has the same."),
  promotesFrom: DnsLabel.optional().describe(
    "The environment that has to grant all that this one grants: its file is beside this one, by its name.",
  ),
  mesh: Mesh,
  gateways: z.array(Gateway).min(1).max(MAX_GATEWAYS),
  nodes: Nodes.optional(),
  lockdown: z.array(Lockdown).default([]),
  monitoring: Monitoring,
  imports: z
    .array(z.string().min(1))
    .default([])
    .describe("Catalogs, by path from this file, inside its folder."),
  owner: DnsLabel.default("platform").describe("Who answers for the hosts of this file."),
  ...environmentAccess,
  hosts: z.array(z.unknown()).default([]),
});

/** The whole of an environment file, for a JSON Schema. */
export const EnvironmentFile = Environment.extend({ hosts: z.array(HostEntry).default([]) });
/** The whole of a catalog file, for a JSON Schema. */
export const CatalogFile = Catalog.extend({ hosts: z.array(HostEntry).default([]) });
