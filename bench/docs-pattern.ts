import type { Json, Manifest, PlannedObject, Wave } from "../plan/manifest.ts";

/** How a host is reached, where the documents tell how. */
export type DocsMode = "none" | "passthrough" | "originate";

/** A host as the documents' pattern takes it. */
export interface DocsHost {
  readonly host: string;
  readonly mode: DocsMode;
  /** Namespaces that may call it. */
  readonly namespaces: readonly string[];
}

/** Istio's own label of its egress gateway. */
const SELECTOR = { istio: "egressgateway" };
/** Name of its Deployment, its Service and the rest. */
export const DOCS_GATEWAY = "istio-egressgateway";

/** How a mode is written in the documents: the port, and what the application speaks there. */
export const PORTS: Readonly<Record<DocsMode, { readonly number: number; readonly protocol: string }>> = {
  none: { number: 80, protocol: "HTTP" },
  passthrough: { number: 443, protocol: "TLS" },
  originate: { number: 80, protocol: "HTTP" },
};

/** The gateway's Service by its full name. */
export function docsGatewayHost(namespace: string): string {
  return `${DOCS_GATEWAY}.${namespace}.svc.cluster.local`;
}

/** The subset of the gateway that a host has for itself. */
export function docsSubset(host: string): string {
  return host.replaceAll(".", "-");
}

/**
 * The gateway that the documents take as given: Istio's chart `istio-egress`, one pod, its requests and limits, and
 * ports of the same names (`http2` makes the hop HTTP/2).
 */
export function docsGateway(namespace: string): PlannedObject[] {
  const metadata = { name: DOCS_GATEWAY, namespace, labels: SELECTOR };
  const resources = {
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { memory: "1Gi" },
  };
  const service: Manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: {
      selector: SELECTOR,
      ports: [
        { name: "http2", port: 80, targetPort: 8080 },
        { name: "https", port: 443, targetPort: 8443 },
      ],
    },
  };
  const deployment: Manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      selector: { matchLabels: SELECTOR },
      template: {
        metadata: {
          labels: { ...SELECTOR, "sidecar.istio.io/inject": "true" },
          annotations: { "inject.istio.io/templates": "gateway" },
        },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "istio-proxy", image: "auto", imagePullPolicy: "IfNotPresent", resources }],
        },
      },
    },
  };
  return [
    { wave: "guard", manifest: docsAccessLog(namespace) },
    { wave: "gateway", manifest: service },
    { wave: "gateway", manifest: deployment },
  ];
}

/** The profile `demo`, with which the documents install Istio, has every proxy log: sidecars and gateway. */
export function docsAccessLog(namespace: string): Manifest {
  return {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: { name: "access-log", namespace },
    spec: { accessLogging: [{ providers: [{ name: "envoy" }] }] },
  };
}

/**
 * The five objects that Istio's documents give each host, in the APIs of today: ServiceEntry, DestinationRule with a
 * subset, Gateway, AuthorizationPolicy and VirtualService; for origination a DestinationRule of the host's own too. No `exportTo`, as there: every sidecar sees them.
 *
 * @param namespace the gateway's, where the documents put all five
 */
export function docsObjects(namespace: string, entry: DocsHost): PlannedObject[] {
  const name = docsSubset(entry.host);
  const head = (apiVersion: string, kind: string, spec: Json): Manifest => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
  });
  const networking = (kind: string, spec: Json) => head("networking.istio.io/v1", kind, spec);
  const planned = (wave: Wave, manifest: Manifest): PlannedObject => ({ wave, manifest });
  return [
    planned("registry", networking("ServiceEntry", serviceEntry(entry))),
    planned("registry", networking("DestinationRule", destinationRule(namespace, entry))),
    ...(entry.mode === "originate" ? [planned("registry", originationRule(namespace, entry))] : []),
    planned("routes", networking("Gateway", listener(entry))),
    planned("routes", head("security.istio.io/v1", "AuthorizationPolicy", refusal(entry))),
    planned("mesh", networking("VirtualService", routes(namespace, entry))),
  ];
}

function serviceEntry({ host, mode }: DocsHost): Json {
  const { number, protocol } = PORTS[mode];
  return {
    hosts: [host],
    location: "MESH_EXTERNAL",
    ports: [
      { number, name: protocol.toLowerCase(), protocol },
      ...(mode === "originate" ? [{ number: 443, name: "https", protocol: "HTTPS" }] : []),
    ],
    resolution: "DNS",
  };
}

function originationRule(namespace: string, { host }: DocsHost): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: `${docsSubset(host)}-origination`, namespace },
    spec: {
      host,
      trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, tls: { mode: "SIMPLE", sni: host } }] },
    },
  };
}

function destinationRule(namespace: string, { host, mode }: DocsHost): Json {
  const tls = { mode: "ISTIO_MUTUAL", sni: host };
  return {
    host: docsGatewayHost(namespace),
    subsets: [
      {
        name: docsSubset(host),
        trafficPolicy: { portLevelSettings: [{ port: { number: PORTS[mode].number }, tls }] },
      },
    ],
  };
}

function listener({ host, mode }: DocsHost): Json {
  const { number } = PORTS[mode];
  const protocol = mode === "passthrough" ? "TLS" : "HTTPS";
  const port = { number, name: `${protocol.toLowerCase()}-${docsSubset(host)}`, protocol };
  return { selector: SELECTOR, servers: [{ port, hosts: [host], tls: { mode: "ISTIO_MUTUAL" } }] };
}

/** The documents refuse by the hop's name: all namespaces but those that may call. */
function refusal({ host, namespaces }: DocsHost): Json {
  return {
    selector: { matchLabels: SELECTOR },
    action: "DENY",
    rules: [
      {
        from: [{ source: { notNamespaces: namespaces } }],
        when: [{ key: "connection.sni", values: [host] }],
      },
    ],
  };
}

function routes(namespace: string, { host, mode }: DocsHost): Json {
  const { number } = PORTS[mode];
  const gateway = docsSubset(host);
  const toGateway = [
    { destination: { host: docsGatewayHost(namespace), subset: docsSubset(host), port: { number } } },
  ];
  const outside = [{ destination: { host, port: { number: mode === "originate" ? 443 : number } } }];
  const mesh = { gateways: ["mesh"], port: number };
  const atGateway = { gateways: [gateway], port: number };
  const http = {
    http: [
      { match: [mesh], route: toGateway },
      { match: [atGateway], route: outside },
    ],
  };
  const byMode: Readonly<Record<DocsMode, Json>> = {
    none: http,
    originate: http,
    passthrough: {
      tls: [{ match: [{ ...mesh, sniHosts: [host] }], route: toGateway }],
      tcp: [{ match: [atGateway], route: outside }],
    },
  };
  return { hosts: [host], gateways: [gateway, "mesh"], ...(byMode[mode] as Record<string, Json>) };
}
