import { describe, expect, it } from "vitest";
import { completeHosts } from "../../model/complete.ts";
import { planEnvironment } from "../../plan/plan.ts";
import {
  EVERY_KIND,
  environment,
  gateway,
  ofKind,
  only,
  type Planned,
  planned,
  specOf,
  valuesOf,
} from "./hosts.ts";

const host = "a.example.com";

interface Patch {
  readonly match: { readonly listener: { readonly portNumber: number } };
  readonly patch: { readonly value: { readonly typed_config: object } };
}

describe("the gateway's NetworkPolicy for the outside", () => {
  const portsOf = (...hosts: Planned[]) =>
    ofKind(planned(...hosts), "NetworkPolicy", /-outside$/).flatMap((policy) =>
      (valuesOf(policy, "ports") as { port: number }[][]).flatMap((ports) => ports.map(({ port }) => port)),
    );

  it.each<readonly [string, Planned[], number[]]>([
    ["nothing without a host", [], []],
    ["80 for none", [{ host, tls: "none" }], [80]],
    ["443 alone for originate, which is called on 80", [{ host, tls: "originate" }], [443]],
    ["443 for mutual", [{ host, tls: "mutual", clientSecret: "one" }], [443]],
    ["443 for passthrough", [{ host, tls: "passthrough" }], [443]],
    ["the port of a TCP host", [{ host, tls: "tcp", port: 5432 }], [5432]],
    [
      "the host's own port, each once",
      [
        { host, tls: "none", port: 8080, upstreamPort: 9090 },
        { host: "b.example.com", tls: "originate", upstreamPort: 9090 },
      ],
      [9090],
    ],
  ])("opens %s", (_, hosts, ports) => {
    expect(portsOf(...hosts)).toEqual(ports);
  });

  it("leaves out private, shared, loopback, link-local and multicast addresses, of both families", () => {
    const { egress } = specOf<{ egress: { to: { ipBlock: { cidr: string; except: string[] } }[] }[] }>(
      planned({ host: "*.example.com", tls: "passthrough" }),
      "NetworkPolicy",
    );
    const blocks = egress.flatMap(({ to }) => to.map(({ ipBlock }) => ipBlock));
    expect(blocks.map(({ cidr }) => cidr)).toEqual(["0.0.0.0/0", "::/0"]);
    expect(blocks.flatMap(({ except }) => except)).toEqual(
      expect.arrayContaining([
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
        "::/96",
      ]),
    );
  });
});

describe("a private range that a gateway opens", () => {
  const opened = (range: string) => {
    const allow = [{ from: { namespace: "news" } }];
    const open = { ...gateway, reachPrivate: [range] };
    const hosts = completeHosts([{ host, tls: "none", allow }], open);
    const objects = planEnvironment({ ...environment([]), gateways: [open], hosts });
    const { egress } = specOf<{ egress: { to: { ipBlock: object }[] }[] }>(
      objects.map(({ manifest }) => manifest),
      "NetworkPolicy",
      /-outside$/,
    );
    return egress.flatMap(({ to }) => to.slice(2).map(({ ipBlock }) => ipBlock));
  };

  it.each<readonly [string, readonly string[]]>([
    ["fd00::/8", ["fd00:ec2::/32", "fd20:ce::254/128"]],
    ["100.64.0.0/10", ["100.100.100.200/32"]],
    ["169.254.0.0/16", ["169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32"]],
    [
      "64:ff9b::/96",
      ["a9fe:a9fe", "a9fe:aa02", "a9fe:aa17", "6464:64c8"].map((last) => `64:ff9b::${last}/128`),
    ],
  ])("leaves the clouds' metadata in it closed: %s", (cidr, except) => {
    expect(opened(cidr)).toEqual([{ cidr, except }]);
  });

  it.each(["10.0.0.0/8", "169.254.169.254/32", "fd00:ec2::/32", "fd00:ec2::254/128"])(
    "is open as a whole where it has none, or is such a service: %s",
    (cidr) => {
      expect(opened(cidr)).toEqual([{ cidr }]);
    },
  );
});

describe("what DNS is asked for", () => {
  it.each<readonly [string, Planned]>([
    ["with a cluster of its own", { host, tls: "originate", upstreamPort: 8443 }],
    ["with a shared cluster", { host, tls: "originate" }],
    ["with TCP", { host, tls: "tcp", port: 5432 }],
  ])("is IPv4's addresses first, else IPv6's, for all clusters %s", (_, declared) => {
    const filter = only(planned(declared), "EnvoyFilter", /-lookup$/);
    expect(valuesOf(filter, "dns_lookup_family")).toEqual(["V4_PREFERRED"]);
    expect(valuesOf(filter, "match")).toEqual([{ context: "GATEWAY" }]);
  });
});

describe("the right to read Secrets", () => {
  it.each<readonly [string, Planned[], number]>([
    ["is not there where no host names one", [{ host, tls: "originate" }], 0],
    ["is there for caSecret", [{ host, tls: "originate", caSecret: "ca" }], 1],
    ["is there for clientSecret", [{ host, tls: "mutual", clientSecret: "one" }], 1],
    [
      "is there once for many",
      [
        { host, tls: "originate", caSecret: "ca" },
        { host: "b.example.com", tls: "mutual", clientSecret: "one" },
      ],
      1,
    ],
  ])("%s", (_, hosts, roles) => {
    const manifests = planned(...hosts);
    expect(ofKind(manifests, "Role")).toHaveLength(roles);
    expect(ofKind(manifests, "RoleBinding")).toHaveLength(roles);
  });

  it("is the gateway's account's alone, in its own namespace, and to read", () => {
    const manifests = planned({ host, tls: "originate", caSecret: "ca" });
    const role = only(manifests, "Role");
    expect(role.metadata.namespace).toBe("egress");
    expect(role.rules).toEqual([
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] },
    ]);
    expect(only(manifests, "RoleBinding")).toMatchObject({
      metadata: { namespace: "egress" },
      roleRef: { kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: "egress", namespace: "egress" }],
    });
  });
});

describe("the gateway's listeners", () => {
  it("take mutual TLS on every port, and routes of the gateway's own namespace alone", () => {
    const { servers } = specOf<{ servers: object[] }>(planned(), "Gateway");
    const ports = [
      { number: 80, name: "http-80", protocol: "HTTPS" },
      { number: 443, name: "tls-443", protocol: "TLS" },
      { number: 5432, name: "tcp-5432", protocol: "HTTPS" },
      { number: 8080, name: "http-8080", protocol: "HTTPS" },
    ];
    expect(servers).toEqual(ports.map((port) => ({ port, hosts: ["./*"], tls: { mode: "ISTIO_MUTUAL" } })));
  });
});

describe("the gateway's reading of its listeners", () => {
  const { configPatches } = specOf<{ configPatches: Patch[] }>(
    planned({ host, tls: "none" }),
    "EnvoyFilter",
    /^egress-listeners$/,
  );
  const [balanced, ...http] = configPatches;
  const options = http.map(({ match, patch }) => [match.listener.portNumber, patch.value.typed_config]);

  it("gives each worker thread as many connections, on every port", () => {
    expect(balanced).toEqual({
      applyTo: "LISTENER",
      match: { context: "GATEWAY" },
      patch: { operation: "MERGE", value: { connection_balance_config: { exact_balance: {} } } },
    });
  });

  it("takes more headers than a sidecar lets through and upgrades over HTTP/2, on every HTTP port, and drops the port on 80", () => {
    expect(options).toEqual([
      [10080, expect.objectContaining({ common_http_protocol_options: { max_headers_count: 150 } })],
      [8080, expect.objectContaining({ common_http_protocol_options: { max_headers_count: 150 } })],
    ]);
    for (const [, config] of options)
      expect(config).toMatchObject({ http2_protocol_options: { allow_connect: true } });
    expect(options.map(([, config]) => (config as Record<string, unknown>).strip_any_host_port)).toEqual([
      true,
      undefined,
    ]);
  });
});

describe("whatever the hosts", () => {
  const manifests = planned(...EVERY_KIND);

  it("each rule of a policy names its caller and its one port", () => {
    const rules = ofKind(manifests, "AuthorizationPolicy").flatMap(
      ({ spec }) => (spec as { rules: { from: object[]; to: { operation: { ports: string[] } }[] }[] }).rules,
    );
    expect(rules).toHaveLength(8);
    for (const { from, to } of rules) {
      expect(from).toEqual([{ source: { principals: ["cluster.local/ns/news/*"] } }]);
      expect(to.map(({ operation }) => operation.ports.length)).toEqual([1]);
    }
  });

  it("each object is seen by the gateway's namespace, or by the granted ones", () => {
    const seen = manifests.flatMap((manifest) => valuesOf(manifest, "exportTo").map(String));
    expect(new Set(seen)).toEqual(new Set([".", "news", ".,news"]));
  });

  it("each patch of Envoy is for the gateway's pods, or in a granted namespace", () => {
    for (const { metadata, spec } of ofKind(manifests, "EnvoyFilter"))
      if (metadata.namespace === "egress")
        expect(spec).toMatchObject({
          workloadSelector: { labels: { "egress.sallyport.dev/gateway": "egress" } },
        });
      else expect(metadata.namespace).toBe("news");
  });
});
