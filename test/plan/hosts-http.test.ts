import { describe, expect, it } from "vitest";
import { type Json, objectKey } from "../../plan/manifest.ts";
import { added, ofKind, only, type Planned, planned, specOf, valuesOf } from "./hosts.ts";

const host = "a.example.com";

/** Each HTTP mode, with the TLS that the gateway is to speak to the host. */
const MODES: readonly (readonly [name: string, host: Planned, tls: object | undefined])[] = [
  ["none", { host, tls: "none" }, undefined],
  ["originate", { host, tls: "originate" }, { mode: "SIMPLE" }],
  [
    "originate with caSecret",
    { host, tls: "originate", caSecret: "ca" },
    { mode: "SIMPLE", credentialName: "ca" },
  ],
  [
    "originate with insecureSkipVerify",
    { host, tls: "originate", insecureSkipVerify: true },
    { mode: "SIMPLE", insecureSkipVerify: true },
  ],
  ["mutual", { host, tls: "mutual", clientSecret: "one" }, { mode: "MUTUAL", credentialName: "one" }],
  [
    "mutual with insecureSkipVerify",
    { host, tls: "mutual", clientSecret: "one", insecureSkipVerify: true },
    { mode: "MUTUAL", credentialName: "one", insecureSkipVerify: true },
  ],
];

describe.each(MODES)("%s", (_, entry, tls) => {
  describe.each([
    ["in a shared cluster", entry, tls === undefined ? 80 : 443, "DYNAMIC_DNS"],
    [
      "in a cluster of its own",
      { ...entry, limits: { connections: 7 } },
      tls === undefined ? 80 : 443,
      "DNS",
    ],
    ["on a port of its own", { ...entry, port: 8080, upstreamPort: 8443 }, 8443, "DNS"],
  ] as const)("%s", (_, entry, upstream, resolution) => {
    const manifests = planned(entry);
    const rule = only(manifests, "DestinationRule", /^(?!egress-hop$)/);

    it("speaks this TLS to the host, and in a cluster of its own the hop's version of HTTP", () => {
      const { trafficPolicy } = rule.spec as {
        trafficPolicy: { tls?: Json; connectionPool: { http: { useClientProtocol?: boolean } } };
      };
      expect(trafficPolicy.tls).toEqual(tls);
      expect(trafficPolicy.connectionPool.http.useClientProtocol).toBe(
        resolution === "DNS" ? true : undefined,
      );
    });

    it("leaves the certificate's name to Istio, which looks at it only where neither is set", () => {
      for (const key of ["sni", "subjectAltNames"]) expect(valuesOf(rule, key)).toEqual([]);
    });

    it("sends to the cluster that has this TLS, of the application's version of HTTP where there are two", () => {
      const { host: destination } = rule.spec as { host: string };
      const { http } = specOf<{ http: { match: { headers?: object }[]; route: object[] }[] }>(
        manifests,
        "VirtualService",
        /-gateway$/,
      );
      const spokenHttp2 = { "x-sallyport-protocol": { exact: "HTTP/2" } };
      for (const { match, route } of http) {
        const { headers } = match[0] ?? {};
        const number = headers === undefined ? upstream : upstream + 1;
        expect(headers ?? spokenHttp2).toEqual(spokenHttp2);
        expect(route).toEqual([{ destination: { host: destination, port: { number } } }]);
      }
      const entry = ofKind(manifests, "ServiceEntry").find(({ spec }) =>
        (spec as { hosts: string[] }).hosts.includes(destination),
      );
      expect(entry?.spec).toMatchObject({
        resolution,
        exportTo: ["."],
        ports: [
          { number: upstream, protocol: "HTTP" },
          ...(resolution === "DNS" ? [] : [{ number: upstream + 1, protocol: "HTTP2" }]),
        ],
      });
      expect(http).toHaveLength(resolution === "DNS" ? 2 : 4);
    });

    it("removes what the outside is not to learn from each request", () => {
      const { http } = specOf<{ http: { headers: { request: { remove: string[] } } }[] }>(
        manifests,
        "VirtualService",
        /-gateway$/,
      );
      for (const { headers } of http)
        for (const name of [
          "x-forwarded-client-cert",
          "x-forwarded-for",
          "x-request-id",
          "traceparent",
          "x-b3-traceid",
          "b3",
          "grpc-trace-bin",
          "sw8",
          "x-cloud-trace-context",
          "x-datadog-parent-id",
          "x-datadog-sampling-priority",
          "x-datadog-trace-id",
          "x-ot-span-context",
          "x-envoy-peer-metadata",
          "x-sallyport-protocol",
          "elastic-apm-traceparent",
          "forwarded",
          "grpc-tags-bin",
          "jaeger-baggage",
          "jaeger-debug-id",
          "newrelic",
          "ot-tracer-sampled",
          "ot-tracer-spanid",
          "ot-tracer-traceid",
          "sw8-correlation",
          "sw8-x",
          "uber-trace-id",
          "x-amzn-trace-id",
          "x-client-trace-id",
          "x-datadog-origin",
          "x-datadog-tags",
          "x-istio-attributes",
          "x-real-ip",
        ])
          expect(headers.request.remove).toContain(name);
    });
  });
});

const hopIn = (subset: string) => [
  { destination: { host: "egress.egress.svc.cluster.local", subset, port: { number: 80 } } },
];

describe("an HTTP host", () => {
  it("is called in the sidecars of the granted namespaces alone, where only a connection is tried again", () => {
    const { spec } = only(planned({ host, tls: "originate" }), "VirtualService", /-mesh$/);
    const retries = { attempts: 2, retryOn: "connect-failure" };
    expect(spec).toEqual({
      hosts: [host],
      exportTo: ["news"],
      gateways: ["mesh"],
      http: [
        {
          match: [{ port: 80 }],
          route: hopIn("http2"),
          headers: { request: { set: { "x-sallyport-protocol": "%PROTOCOL%" } } },
          retries,
        },
      ],
    });
  });

  it("with a cluster of its own is called over the hop as the application speaks", () => {
    const manifests = planned({ host, tls: "originate", limits: { connections: 7 } });
    const { http } = specOf<{ http: { route: object[] }[] }>(manifests, "VirtualService", /-mesh$/);
    expect(http.map(({ route }) => route)).toEqual([hopIn("http")]);
  });

  it.each<[string, Omit<Planned, "host">, object | undefined]>([
    ["no host of HTTP", { tls: "passthrough" }, undefined],
    [
      "a host of a shared cluster",
      { tls: "none" },
      { http2: { h2UpgradePolicy: "UPGRADE", idleTimeout: "5m" } },
    ],
    [
      "a host with a cluster of its own",
      { tls: "none", limits: { connections: 7 } },
      { http: { useClientProtocol: true, idleTimeout: "5m" } },
    ],
  ])("takes no subset of the hop that is not asked for: %s", (_, entry, expected) => {
    const { subsets } = specOf<{
      subsets?: { name: string; trafficPolicy: { connectionPool: { http: object } } }[];
    }>(planned({ host, ...entry }), "DestinationRule", /-hop$/);
    const versions = subsets?.map(({ name, trafficPolicy }) => [name, trafficPolicy.connectionPool.http]);
    expect(versions && Object.fromEntries(versions)).toEqual(expected);
  });

  it("is called on a port other than 80 by way of one name, registered for all its hosts, with no endpoint", () => {
    const anchorHost = "port-8080.egress.egress.sallyport.internal";
    expect(ofKind(planned({ host, tls: "none" }), "ServiceEntry", /-port-/)).toEqual([]);
    const manifests = planned(
      { host, tls: "none", port: 8080 },
      { host: "b.example.com", tls: "originate", port: 8080, upstreamPort: 8443 },
    );
    const { metadata, spec } = only(manifests, "ServiceEntry", /-port-8080$/);
    expect(metadata.labels).toMatchObject({ "networking.istio.io/enable-autoallocate-ip": "false" });
    expect(spec).toEqual({
      hosts: [anchorHost],
      exportTo: ["news"],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http-8080", protocol: "HTTP" }],
    });
    const inMesh = ofKind(manifests, "VirtualService", /-mesh$/).map(
      ({ spec }) => (spec as { hosts: string[] }).hosts,
    );
    expect(inMesh.sort()).toEqual([
      [anchorHost, host],
      [anchorHost, "b.example.com"],
    ]);
  });

  it.each([
    ["on port 80 by its name", { port: 80 }, ["a.example.com"]],
    ["on another port in a shared cluster only with the port", { port: 8080 }, ["a.example.com:8080"]],
    [
      "on another port in a cluster of its own with the port or without",
      { port: 8080, upstreamPort: 9090 },
      ["a.example.com", "a.example.com:8080"],
    ],
  ])("is granted %s", (_, more, hosts) => {
    const { spec } = only(planned({ host, tls: "none", ...more }), "AuthorizationPolicy");
    const { rules } = spec as { rules: { to: { operation: { hosts: string[] } }[] }[] };
    expect(rules.flatMap(({ to }) => to.map(({ operation }) => operation.hosts))).toEqual([hosts]);
  });

  it("shares its objects with those that are alike, and none with others", () => {
    const alike = planned({ host, tls: "originate" });
    const names = Array.from({ length: 40 }, (_, number) => `h${number}.example.com`);
    const sizes = (tls: Omit<Planned, "host">) =>
      added(planned(...names.map((host) => ({ host, ...tls })))).length;
    expect(sizes({ tls: "originate" })).toBe(added(alike).length + 3 * 3); // four buckets of three objects
    expect(sizes({ tls: "originate", rateLimit: { requests: 5 } })).toBeGreaterThan(40 * 3);
  });
});

describe("an HTTP wildcard", () => {
  it("is in one VirtualService with no host under it", () => {
    const under = Array.from({ length: 20 }, (_, number) => `h${number}.example.com`);
    const hosts = ["*.example.com", ...under].map((host): Planned => ({ host, tls: "none" }));
    const routes = ofKind(planned(...hosts), "VirtualService").map(
      ({ spec }) => (spec as { hosts: string[] }).hosts,
    );
    expect(routes.filter((names) => names.includes("*.example.com"))).toEqual([
      ["*.example.com"],
      ["*.example.com"],
    ]);
  });

  it("is resolved name by name in the shared cluster", () => {
    const manifests = added(planned({ host: "*.example.com", tls: "originate" }));
    expect(manifests.map(objectKey)).toContain("ServiceEntry/egress/egress-upstream-https");
    expect(only(manifests, "AuthorizationPolicy").spec).toMatchObject({
      rules: [{ to: [{ operation: { hosts: ["*.example.com"], ports: ["10080"] } }] }],
    });
  });
});
