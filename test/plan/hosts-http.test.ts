import { describe, expect, it } from "vitest";
import { objectKey } from "../../plan/manifest.ts";
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

    it("speaks this TLS to the host, in the application's version of HTTP", () => {
      const { trafficPolicy } = rule.spec as { trafficPolicy: Record<string, unknown> };
      expect(trafficPolicy.tls).toEqual(tls);
      expect(trafficPolicy.connectionPool).toMatchObject({ http: { useClientProtocol: true } });
    });

    it("leaves the certificate's name to Istio, which looks at it only where neither is set", () => {
      for (const key of ["sni", "subjectAltNames"]) expect(valuesOf(rule, key)).toEqual([]);
    });

    it("sends to the cluster that has this TLS, on the host's own port", () => {
      const { host: destination } = rule.spec as { host: string };
      const { http } = specOf<{ http: { route: object[] }[] }>(manifests, "VirtualService", /-gateway$/);
      for (const { route } of http)
        expect(route).toEqual([{ destination: { host: destination, port: { number: upstream } } }]);
      const entry = ofKind(manifests, "ServiceEntry").find(({ spec }) =>
        (spec as { hosts: string[] }).hosts.includes(destination),
      );
      expect(entry?.spec).toMatchObject({
        resolution,
        exportTo: ["."],
        ports: [{ number: upstream, protocol: "HTTP" }],
      });
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
          "x-envoy-peer-metadata",
        ])
          expect(headers.request.remove).toContain(name);
    });
  });
});

describe("an HTTP host", () => {
  it("is called in the sidecars of the granted namespaces alone, where only a connection is tried again", () => {
    const { spec } = only(planned({ host, tls: "originate" }), "VirtualService", /-mesh$/);
    expect(spec).toMatchObject({
      hosts: [host],
      exportTo: ["news"],
      gateways: ["mesh"],
      http: [
        {
          match: [{ port: 80 }],
          retries: { attempts: 2, retryOn: "connect-failure" },
          route: [
            {
              destination: { host: "egress.egress.svc.cluster.local", subset: "http", port: { number: 80 } },
            },
          ],
        },
      ],
    });
  });

  it("is registered with sidecars on a port other than 80, with no endpoint to go to", () => {
    expect(ofKind(planned({ host, tls: "none" }), "ServiceEntry", /-mesh$/)).toEqual([]);
    const { metadata, spec } = only(planned({ host, tls: "none", port: 8080 }), "ServiceEntry", /-mesh$/);
    expect(metadata.labels).toMatchObject({ "networking.istio.io/enable-autoallocate-ip": "false" });
    expect(spec).toEqual({
      hosts: [host],
      exportTo: ["news"],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http-8080", protocol: "HTTP" }],
    });
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

describe("retries at the gateway", () => {
  const routesOf = (entry: Partial<Planned>) =>
    specOf<{ http: { match: object[]; retries: { attempts: number } }[] }>(
      planned({ host, tls: "none", ...entry }),
      "VirtualService",
      /-gateway$/,
    ).http.map(({ match, retries }) => [match[0], retries.attempts]);
  const idempotent = { port: 80, method: { regex: "GET|HEAD|OPTIONS|TRACE|PUT|DELETE" } };

  it("are two for what can be sent twice, and none for the rest", () => {
    expect(routesOf({})).toEqual([
      [idempotent, 2],
      [{ port: 80 }, 0],
    ]);
  });

  it("are as many as a host has, for all requests where it says so", () => {
    expect(routesOf({ retries: { attempts: 5 } })).toEqual([
      [idempotent, 5],
      [{ port: 80 }, 0],
    ]);
    expect(routesOf({ retries: { attempts: 5, methods: "all" } })).toEqual([[{ port: 80 }, 5]]);
    expect(routesOf({ retries: { attempts: 0 } })).toEqual([[{ port: 80 }, 0]]);
  });
});

describe("what a host has of its own", () => {
  it("a timeout is the gateway's route's, and there is none by default", () => {
    const timeouts = (entry: Partial<Planned>) =>
      ofKind(planned({ host, tls: "none", ...entry }), "VirtualService").flatMap(({ spec }) =>
        valuesOf(spec ?? null, "timeout"),
      );
    expect(timeouts({})).toEqual([]);
    expect(timeouts({ timeout: "15s" })).toEqual(["15s", "15s"]); // its two routes
  });

  it("limits and outlier detection are its own cluster's", () => {
    const { spec } = only(
      planned({
        host,
        tls: "originate",
        limits: { connections: 1, pendingRequests: 2, requests: 3 },
        outlierDetection: { consecutiveErrors: 4, interval: "5s", ejection: "6s" },
      }),
      "DestinationRule",
      /^(?!egress-hop$)/,
    );
    expect(spec).toMatchObject({
      trafficPolicy: {
        tls: { mode: "SIMPLE" },
        connectionPool: {
          tcp: { maxConnections: 1 },
          http: { http1MaxPendingRequests: 2, http2MaxRequests: 3 },
        },
        outlierDetection: { consecutive5xxErrors: 4, interval: "5s", baseEjectionTime: "6s" },
      },
    });
  });

  it.each([
    ["second", "1s"],
    ["minute", "60s"],
    ["hour", "3600s"],
  ] as const)("a rate limit by the %s holds for its own virtual host", (per, interval) => {
    const manifests = planned(
      { host, tls: "none", rateLimit: { requests: 9, per } },
      { host: "b.example.com", tls: "none" },
    );
    const limits = ofKind(manifests, "EnvoyFilter").flatMap(({ spec }) =>
      valuesOf(spec ?? null, "token_bucket"),
    );
    expect(limits).toEqual([{ max_tokens: 9, tokens_per_fill: 9, fill_interval: interval }]);
    const filters = ofKind(manifests, "EnvoyFilter", /^egress-none-80-/);
    expect(filters.flatMap(({ spec }) => valuesOf(spec ?? null, "vhost"))).toEqual([
      { name: "a.example.com:80" },
    ]);
  });

  it("the filter that counts requests is there only where a host has a limit", () => {
    const filters = (entry: Partial<Planned>) =>
      JSON.stringify(only(planned({ host, tls: "none", ...entry }), "EnvoyFilter", /^egress-http$/)).includes(
        "local_ratelimit",
      );
    expect(filters({})).toBe(false);
    expect(filters({ rateLimit: { requests: 1 } })).toBe(true);
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
