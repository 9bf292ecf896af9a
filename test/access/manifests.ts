import type { Json, Manifest } from "../../plan/manifest.ts";

const LABELS = { app: "egress" };
export const READER = "cluster.local/ns/news/sa/reader";
export const EDITOR = "cluster.local/ns/news/sa/editor";

/** An object of one of Istio's groups. */
export function istio(
  kind: string,
  name: string,
  spec: Json,
  { namespace = "egress", annotations = {} as Readonly<Record<string, string>>, version = "v1" } = {},
): Manifest {
  const group = /Authorization|Authentication/.test(kind) ? "security" : "networking";
  return {
    apiVersion: `${group}.istio.io/${version}`,
    kind,
    metadata: { name, namespace, annotations },
    spec,
  };
}

/** An AuthorizationPolicy of the gateway. A CUSTOM one asks the authorizer iam. */
export function policy(
  action: string,
  rules: Json,
  name = action.toLowerCase(),
  annotations: Readonly<Record<string, string>> = {},
): Manifest {
  const provider = action === "CUSTOM" ? { provider: { name: "iam" } } : {};
  const spec = { selector: { matchLabels: LABELS }, action, ...provider, rules };
  return istio("AuthorizationPolicy", name, spec, { annotations });
}

/** A gateway with nothing granted: HTTP on 80 and 8080, TLS on 443, and the web's hosts on both sides of the hop. */
export function gateway(hosts: readonly string[] = ["one.example.com", "two.example.com"]): Manifest[] {
  const hop = (subset: string, port: number): Json => [
    { destination: { host: "egress.egress.svc.cluster.local", subset, port: { number: port } } },
  ];
  const out = (port: number): Json => [{ destination: { host: "outside.internal", port: { number: port } } }];
  const both = [80, 8080];
  const server = (port: number, protocol: string): Json => ({
    port: { number: port, name: `p${port}`, protocol },
    hosts: ["./*"],
    tls: { mode: "ISTIO_MUTUAL" },
  });
  const entry = (name: string, own: readonly string[], ports: Json, exportTo: string): Manifest =>
    istio("ServiceEntry", name, { hosts: own, exportTo: [exportTo], resolution: "STATIC", ports });
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "egress", namespace: "egress" },
      spec: {
        selector: LABELS,
        ports: [
          { name: "http-80", port: 80, targetPort: 10080 },
          { name: "tls-443", port: 443, targetPort: 10443 },
          { name: "http-8080", port: 8080, targetPort: 8080 },
        ],
      },
    },
    istio("Gateway", "egress", {
      selector: LABELS,
      servers: [server(80, "HTTPS"), server(443, "TLS"), server(8080, "HTTPS")],
    }),
    istio("DestinationRule", "hop", {
      host: "egress.egress.svc.cluster.local",
      exportTo: [".", "news"],
      subsets: [{ name: "http" }, { name: "tls" }],
    }),
    entry(
      "outside",
      ["outside.internal"],
      [80, 443, 8080].map((number) => ({ number, protocol: "HTTP" })),
      ".",
    ),
    entry("anchor", ["port-443.internal"], [{ number: 443, protocol: "TLS" }], "news"),
    entry("registered", hosts, [{ number: 8080, protocol: "HTTP" }], "news"),
    istio("VirtualService", "mesh", {
      hosts,
      exportTo: ["news"],
      gateways: ["mesh"],
      http: both.map((port) => ({ match: [{ port }], route: hop("http", port) })),
    }),
    istio("VirtualService", "mesh-tls", {
      hosts: ["port-443.internal", ...hosts],
      exportTo: ["news"],
      gateways: ["mesh"],
      tls: [{ match: [{ port: 443, sniHosts: hosts }], route: hop("tls", 443) }],
    }),
    istio("VirtualService", "gateway", {
      hosts,
      exportTo: ["."],
      gateways: ["egress/egress"],
      http: both.map((port) => ({ name: `p${port}`, match: [{ port }], route: out(port) })),
    }),
    istio("VirtualService", "gateway-tls", {
      hosts: ["*"],
      exportTo: ["."],
      gateways: ["egress/egress"],
      tcp: [{ match: [{ port: 443 }], route: out(443) }],
    }),
    istio("Sidecar", "lockdown", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } }, { namespace: "news" }),
  ];
}
