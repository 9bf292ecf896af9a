import { join } from "node:path";
import { stringify } from "yaml";
import type { Artifacts } from "../build/artifacts.ts";
import { hasIpv6 } from "../network/ipv6.ts";
import { kubeconfigFile } from "../paths.ts";
import { runCommand } from "../process/command.ts";
import { hubAndTag, imageReference } from "./images.ts";

/** What policies that look at paths need: Istio's own default takes //politics for another path. */
export const PATH_NORMALIZATION = "MERGE_SLASHES";

/** Installs istiod, with no gateway of Istio's own, by istioctl; it waits until istiod is ready. */
export async function installIstio(artifacts: Artifacts, signal: AbortSignal): Promise<void> {
  const { hub, tag } = hubAndTag(imageReference(artifacts, "proxyv2"));
  await runCommand(
    join(artifacts.bin, "istioctl"),
    [
      "install",
      "--skip-confirmation",
      "--kubeconfig",
      kubeconfigFile,
      "--readiness-timeout=120s",
      "--filename=-",
    ],
    { timeout: 180_000, signal, input: stringify(istioOperator(hub, tag)) },
  );
}

/** What istioctl is asked to install. */
function istioOperator(hub: string, tag: string) {
  return {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    spec: {
      profile: "minimal",
      hub,
      tag,
      meshConfig: {
        outboundTrafficPolicy: { mode: "ALLOW_ANY" },
        defaultConfig: {
          proxyMetadata: {
            // A sidecar looks for the metadata of a cloud else, and the firewall would count its packets.
            CLOUD_PLATFORM: "none",
            ...(hasIpv6 ? { ISTIO_DUAL_STACK: "true" } : {}),
          },
        },
        // Istio's own metrics come from a filter that plain Envoy does not have.
        defaultProviders: { metrics: [] },
        pathNormalization: { normalization: PATH_NORMALIZATION },
        extensionProviders: authorizers(),
      },
      components: { pilot: { k8s: { nodeSelector: { "lab.sallyport.dev/pool": "application" } } } },
      values: {
        global: {
          imagePullPolicy: "IfNotPresent",
          proxy: { resources: { requests: { cpu: "10m", memory: "40Mi" } } },
          proxy_init: { resources: { requests: { cpu: "10m", memory: "10Mi" } } },
        },
        pilot: {
          autoscaleEnabled: false,
          resources: { requests: { cpu: "10m", memory: "128Mi" } },
          env: {
            // The first two make istiod send filters that plain Envoy does not have.
            PILOT_ENABLE_METADATA_EXCHANGE: "false",
            PILOT_ENABLE_ALPN_FILTER: "false",
            ENABLE_NATIVE_SIDECARS: "false",
            PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true",
            PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: "true",
            ...(hasIpv6 ? { ISTIO_DUAL_STACK: "true" } : {}),
          },
        },
      },
    },
  };
}

/** The lab's external authorizer, over each of its protocols. It runs while document 002 is walked. */
function authorizers() {
  const asked = { service: "authorizer.iam.svc.cluster.local", timeout: "500ms", failOpen: false };
  return [
    { name: "iam-grpc", envoyExtAuthzGrpc: { ...asked, port: 9000 } },
    { name: "iam-http", envoyExtAuthzHttp: { ...asked, port: 8000 } },
  ];
}
