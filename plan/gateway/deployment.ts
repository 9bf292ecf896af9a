import type { Gateway, Mesh, Monitoring } from "../../model/environment.ts";
import { listenerPort } from "../../model/values/ports.ts";
import { gatewaySelector, inGatewayNamespace, labelsOf, POOL_LABEL } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import { COUNTER_PREFIX, DURATION_BUCKETS } from "../telemetry/counters.ts";
import { LOG_FOLDER, writesFiles } from "../telemetry/providers.ts";

/** Envoy's own user in Istio's images. */
const PROXY_USER = 1337;
const LOG_VOLUME = "sallyport-logs";

/**
 * The gateway's Deployment. Istio's injector fills in the proxy (template `gateway`, image `auto`); the pod is laid
 * out so that the namespace's restricted Pod Security takes it: no root, no capability, no low ports.
 *
 * @param pool the dedicated nodes' pool, or undefined where the gateway may run on any node
 */
export function gatewayDeployment(
  gateway: Gateway,
  mesh: Mesh,
  monitoring: Monitoring,
  pool: string | undefined,
): Manifest {
  const labels = labelsOf(gateway.name, { "app.kubernetes.io/name": gateway.name });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: gateway.name, namespace: gateway.namespace, labels },
    spec: {
      // The HorizontalPodAutoscaler owns the number of replicas; naming it here would undo its work at each apply.
      selector: { matchLabels: gatewaySelector(gateway.name) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: {
          labels: {
            ...labels,
            "sidecar.istio.io/inject": "true",
            ...(mesh.revision === undefined ? {} : { "istio.io/rev": mesh.revision }),
          },
          annotations: {
            "inject.istio.io/templates": "gateway",
            "proxy.istio.io/config": proxyConfig(gateway),
            "sidecar.istio.io/statsHistogramBuckets": JSON.stringify({ [COUNTER_PREFIX]: DURATION_BUCKETS }),
          },
        },
        spec: podSpec(gateway, monitoring, pool),
      },
    },
  };
}

function podSpec(gateway: Gateway, monitoring: Monitoring, pool: string | undefined): Json {
  const files = writesFiles(monitoring);
  return {
    serviceAccountName: gateway.serviceAccount,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: PROXY_USER,
      runAsGroup: PROXY_USER,
      fsGroup: PROXY_USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    // Connections may go on for drainSeconds; Envoy needs a few more to end in peace.
    terminationGracePeriodSeconds: gateway.drainSeconds + 10,
    containers: [
      {
        name: "istio-proxy",
        image: "auto",
        imagePullPolicy: "IfNotPresent",
        resources: resources(gateway),
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        ...(files ? { volumeMounts: [{ name: LOG_VOLUME, mountPath: LOG_FOLDER }] } : {}),
      },
    ],
    topologySpreadConstraints: gateway.topologySpread.map(({ key, maxSkew, whenUnsatisfiable }) => ({
      topologyKey: key,
      maxSkew,
      whenUnsatisfiable,
      // Or the old pods of a rollout would count, and nodes where no gateway may land.
      matchLabelKeys: ["pod-template-hash"],
      nodeTaintsPolicy: "Honor",
      labelSelector: { matchLabels: gatewaySelector(gateway.name) },
    })),
    ...(files ? { volumes: [{ name: LOG_VOLUME, emptyDir: {} }] } : {}),
    ...(pool === undefined ? {} : placement(pool)),
  };
}

/** Only on the pool's nodes: the label attracts, the toleration lets past the taint that keeps others away. */
function placement(pool: string): Record<string, Json> {
  return {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: POOL_LABEL, operator: "In", values: [pool] }] }],
        },
      },
    },
    tolerations: [{ key: POOL_LABEL, operator: "Equal", value: pool, effect: "NoSchedule" }],
  };
}

function resources({ resources: { requests, limits } }: Gateway): Json {
  return {
    requests: { cpu: requests.cpu, memory: requests.memory },
    limits: { ...(limits.cpu === undefined ? {} : { cpu: limits.cpu }), memory: limits.memory },
  };
}

/** Beside Istio's few and our own: whether istiod is there, and when certificates end. */
const WATCHED = { prefixes: ["control_plane"], suffixes: ["expiration_unix_time_seconds"] } as const;

/** The proxy's own settings, as YAML in an annotation (JSON is YAML). */
function proxyConfig(gateway: Gateway): string {
  return JSON.stringify({
    drainDuration: `${gateway.drainSeconds}s`,
    terminationDrainDuration: `${gateway.drainSeconds}s`,
    // The outside must not learn who called: without this the client's certificate would leave in a header.
    gatewayTopology: { forwardClientCertDetails: "SANITIZE" },
    // Each new connection takes a signature of the gateway's: on an elliptic curve it costs a fraction of RSA's.
    proxyMetadata: { ECC_SIGNATURE_ALGORITHM: "ECDSA" },
    proxyStatsMatcher: {
      inclusionPrefixes: [COUNTER_PREFIX, ...WATCHED.prefixes, ...gateway.counters],
      inclusionSuffixes: WATCHED.suffixes,
    },
  });
}

/** The Service that sidecars call: each declared port, served on a port that needs no privilege. */
export function gatewayService(gateway: Gateway): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: inGatewayNamespace(gateway, gateway.name),
    spec: {
      type: "ClusterIP",
      selector: gatewaySelector(gateway.name),
      // No status port: nobody balances load from outside, and each port takes four clusters in every sidecar.
      ports: gateway.ports.map(({ port, protocol }) => ({
        name: `${protocol}-${port}`,
        port,
        targetPort: listenerPort(port),
        protocol: "TCP",
      })),
    },
  };
}
