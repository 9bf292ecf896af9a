import { z } from "zod";
import { labels, texts } from "./text.ts";

const expressions = z.array(z.object({ key: z.string(), operator: z.string(), values: texts.optional() }));
/** Which labels Kubernetes asks for; `{}` takes all. */
const labelSelector = z.object({
  matchLabels: labels.optional(),
  matchExpressions: expressions.optional(),
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

const servicePort = z.object({
  name: z.string().optional(),
  appProtocol: z.string().optional(),
  port: z.number().default(0),
  targetPort: z.union([z.number(), z.string()]).optional(),
});
/** What a node must be like, each in one of its labels. */
const nodeTerm = z.object({
  matchExpressions: expressions.optional(),
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

/** Kubernetes' own kinds, and those of its nodes. */
export const KUBERNETES = {
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

export type PodSpec = z.infer<typeof podSpec>;
/** What a node must be like; of several terms one is enough. */
export type NodeTerm = z.infer<typeof nodeTerm>;
export type LabelSelector = z.infer<typeof labelSelector>;
/** One end of a NetworkPolicy's rule. */
export type NetworkPeer = z.infer<typeof networkPeer>;
/** Ports of a NetworkPolicy's rule, of the destination's pods. */
export type NetworkPort = z.infer<typeof networkPort>;
export type NetworkPolicy = z.infer<typeof KUBERNETES.NetworkPolicy>;
export type Service = z.infer<typeof KUBERNETES.Service>;
