import { clusterDns, clusterDomain, internet } from "../addresses.ts";
import type { Manifest } from "./kubectl.ts";

const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" };
const folder = "/etc/coredns";

/** The cluster's DNS: one CoreDNS on the application node, which asks the internet's name server for other names. */
export function nameService(image: string): Manifest[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "coredns", namespace } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:coredns" },
      rules: [
        { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "system:coredns" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
      subjects: [{ kind: "ServiceAccount", name: "coredns", namespace }],
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace },
      data: { Corefile: corefile() },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace, labels },
      spec: {
        clusterIP: clusterDns,
        selector: labels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
    deployment(image),
  ];
}

function deployment(image: string): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "coredns",
          // Its own resolver is the node's; the cluster's would be itself.
          dnsPolicy: "Default",
          nodeSelector: { "lab.sallyport.dev/pool": "application" },
          containers: [
            {
              name: "coredns",
              image,
              imagePullPolicy: "IfNotPresent",
              args: ["-conf", `${folder}/Corefile`],
              ports: [
                { name: "dns", containerPort: 53, protocol: "UDP" },
                { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
              ],
              readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
              resources: { requests: { cpu: "10m", memory: "30Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                readOnlyRootFilesystem: true,
              },
              volumeMounts: [{ name: "configuration", mountPath: folder, readOnly: true }],
            },
          ],
          volumes: [{ name: "configuration", configMap: { name: "coredns" } }],
        },
      },
    },
  };
}

function corefile(): string {
  return `.:53 {
  errors
  ready
  kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }
  forward . ${internet.dns}
  cache 5
}
`;
}
