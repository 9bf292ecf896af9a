import { describe, expect, it } from "vitest";
import { added, ofKind, only, type Planned, planned, specOf, valuesOf } from "./hosts.ts";

const host = "a.example.com";

interface Policy {
  readonly rules: readonly {
    readonly from: readonly object[];
    readonly to: readonly { readonly operation: object }[];
    readonly when?: readonly { readonly key: string; readonly values: readonly string[] }[];
  }[];
}

/** Each kind of host that the gateway forwards unread: its names on the hop, and what is carried there. */
const KINDS: readonly (readonly [name: string, host: Planned, port: number, names: readonly string[]])[] = [
  ["passthrough", { host, tls: "passthrough" }, 443, [host]],
  ["a passthrough wildcard", { host: "*.example.com", tls: "passthrough" }, 443, ["*.example.com"]],
];

describe.each(KINDS)("%s", (_, entry, port, names) => {
  const manifests = planned(entry);
  const listener = port < 1024 ? 10_000 + port : port;

  it("is granted by caller, name on the hop and port, and by no field of HTTP", () => {
    expect(specOf<Policy>(manifests, "AuthorizationPolicy").rules).toEqual([
      {
        from: [{ source: { principals: ["cluster.local/ns/news/*"] } }],
        to: [{ operation: { ports: [String(listener)] } }],
        when: [{ key: "connection.sni", values: names }],
      },
    ]);
  });

  it("has what it asks for carried onto the hop, in its callers' namespaces alone", () => {
    const carrying = ofKind(manifests, "EnvoyFilter", /-carry-/);
    expect(carrying.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      `news/egress-carry-${port}`,
    ]);
    expect(new Set(carrying.flatMap((filter) => valuesOf(filter, "inline_string")))).toEqual(
      new Set(["%REQUESTED_SERVER_NAME%"]),
    );
    const listeners = carrying.flatMap((filter) => valuesOf(filter, "listener")) as { name: string }[];
    expect([...new Set(listeners.map(({ name }) => name))]).toEqual([`0.0.0.0_${port}`, `::_${port}`]);
  });

  it("tries another of the gateway's pods where one does not take the connection", () => {
    const carrying = ofKind(manifests, "EnvoyFilter", /-carry-/);
    expect(carrying.flatMap((filter) => valuesOf(filter, "max_connect_attempts"))).toEqual([3, 3]);
  });

  it("has nothing in the mesh that a sidecar could go to directly", () => {
    for (const { spec } of ofKind(manifests, "ServiceEntry")) {
      const { exportTo, resolution, hosts } = spec as {
        exportTo: string[];
        resolution: string;
        hosts: string[];
      };
      for (const name of hosts) expect(name).toMatch(/\.egress\.egress\.sallyport\.internal$/);
      if (exportTo.includes(".")) continue;
      expect([exportTo, resolution, valuesOf(spec ?? null, "endpoints")]).toEqual([["news"], "STATIC", []]);
    }
  });

  it("takes the hop without a name of its own", () => {
    expect(specOf<object>(manifests, "DestinationRule", /-hop$/)).toMatchObject({
      trafficPolicy: {
        tls: { mode: "ISTIO_MUTUAL" },
        connectionPool: { tcp: { connectTimeout: "2s" } },
        loadBalancer: { simple: "ROUND_ROBIN" },
      },
    });
    const mesh = only(manifests, "VirtualService", /-mesh$/);
    expect(mesh.spec).toHaveProperty("tls");
    expect(valuesOf(mesh, "destination")).toEqual([
      { host: "egress.egress.svc.cluster.local", port: { number: port } },
    ]);
    expect(valuesOf(mesh, "exportTo")).toEqual([["news"]]);
  });
});

describe("the gateway's half of a port", () => {
  it("is shared by all hosts on it", () => {
    const names = Array.from({ length: 40 }, (_, number) => `h${number}.example.com`);
    const manifests = planned(...names.map((name) => ({ host: name, tls: "passthrough" as const })));
    expect(ofKind(manifests, "VirtualService", /-forward-/)).toHaveLength(1);
    expect(ofKind(manifests, "EnvoyFilter", /-(forward|carry)-/)).toHaveLength(2);
    expect(ofKind(manifests, "AuthorizationPolicy")).toHaveLength(4);
  });

  it("is described alike to the cluster and to the filter, whose cache Envoy shares by name", () => {
    const filter = only(planned({ host, tls: "passthrough" }), "EnvoyFilter", /-forward-443$/);
    const [cluster, network, ...more] = valuesOf(filter, "dns_cache_config");
    expect(more).toEqual([]);
    expect(network).toEqual(cluster);
    expect(valuesOf(filter, "port_value")).toEqual([443]);
    expect(new Set(valuesOf(filter, "portNumber"))).toEqual(new Set([10_443]));
  });

  it("is not there for HTTP", () => {
    const names = added(planned({ host, tls: "none" }, { host, tls: "originate", port: 8080 })).map(
      ({ metadata }) => metadata.name,
    );
    expect(names.filter((name) => /-(forward|carry)-/.test(name))).toEqual([]);
  });
});

describe("a wildcard with a server", () => {
  const manifests = planned({ host: "*.wikipedia.org", tls: "passthrough", server: "www.wikipedia.org" });

  it("is led to that server on a filter chain of its own", () => {
    const { servers } = specOf<{ servers: object[] }>(manifests, "Gateway", /-server$/);
    expect(servers).toEqual([
      {
        port: { number: 443, name: "tls-443-server", protocol: "TLS" },
        hosts: ["./*.wikipedia.org"],
        tls: { mode: "ISTIO_MUTUAL" },
      },
    ]);
    const route = only(manifests, "VirtualService", /-server$/);
    const gatewayName = only(manifests, "Gateway", /-server$/).metadata.name;
    expect(route.spec).toMatchObject({ gateways: [`egress/${gatewayName}`], exportTo: ["."] });
    const [destination] = valuesOf(route, "destination") as { host: string }[];
    expect(only(manifests, "ServiceEntry", /-server$/).spec).toMatchObject({
      hosts: [destination?.host],
      exportTo: ["."],
      resolution: "DNS",
      endpoints: [{ address: "www.wikipedia.org" }],
    });
  });

  it("is granted by the name that was asked for", () => {
    const [rule] = specOf<Policy>(manifests, "AuthorizationPolicy").rules;
    expect(rule?.when).toEqual([{ key: "connection.sni", values: ["*.wikipedia.org"] }]);
  });
});
