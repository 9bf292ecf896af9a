import { describe, expect, it } from "vitest";
import {
  completeGateway,
  completeHosts,
  completeMesh,
  completeMonitoring,
  type HostInput,
  type MonitoringInput,
} from "../../model/complete.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";

const mesh = completeMesh(undefined);
const gateway = completeGateway({ name: "egress", namespace: "egress" }, mesh);
const COLLECTOR = { name: "collector", type: "otlp", namespace: "observability", service: "otel" } as const;
const HOSTS: readonly HostInput[] = [
  { host: "edition.cnn.com", tls: "originate", allow: [{ from: { namespace: "news" } }] },
  { host: "en.wikipedia.org", tls: "passthrough", allow: [{ from: { namespace: "news" } }] },
];

function plan(monitoring: MonitoringInput, hosts: readonly HostInput[] = HOSTS): Manifest[] {
  return planEnvironment({
    name: "test",
    mesh,
    gateways: [gateway],
    lockdown: [{ namespace: "news", reach: [] }],
    monitoring: completeMonitoring(monitoring),
    issuers: [],
    authorizers: [],
    owners: {},
    hosts: completeHosts(hosts, gateway),
  }).map(({ manifest }) => manifest);
}

function named(manifests: readonly Manifest[], kind: string, name: string): Manifest | undefined {
  return manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
}

interface Logger {
  readonly name: string;
  readonly filter?: Json;
  readonly typed_config: { readonly [field: string]: Json };
}

interface FilterSpec {
  readonly configPatches: readonly {
    readonly patch: {
      readonly value: { readonly typed_config?: { readonly access_log?: readonly Logger[] } };
    };
  }[];
}

/** The loggers that an EnvoyFilter adds, of requests and of connections. */
function loggersOf(filter: Manifest | undefined): Logger[] {
  const { configPatches } = (filter?.spec ?? { configPatches: [] }) as unknown as FilterSpec;
  return configPatches.flatMap(({ patch }) => patch.value.typed_config?.access_log ?? []);
}

const log = (monitoring: MonitoringInput, hosts?: readonly HostInput[]) =>
  named(plan(monitoring, hosts), "EnvoyFilter", "egress-log");

describe("a gateway's log", () => {
  it("takes nothing in MeshConfig: Istio's own is off, and Envoy's loggers write", () => {
    const manifests = plan({});
    const telemetry = manifests.filter(({ kind }) => kind === "Telemetry");
    expect(telemetry.map(({ spec }) => (spec as { accessLogging: Json }).accessLogging)).toEqual([
      [{ disabled: true }],
    ]);
    const paths = loggersOf(log({})).map(({ typed_config }) => typed_config.path);
    expect(paths).toEqual(["/dev/stdout", "/dev/stdout", "/dev/stdout", "/dev/stdout"]);
  });

  it("has a logger for each stream and provider", () => {
    const providers = [COLLECTOR, { name: "pod", type: "file" } as const];
    const loggers = loggersOf(log({ providers, access: ["pod", "collector"], errors: [] }));
    expect(loggers.map(({ name, typed_config: { path } }) => path ?? name)).toEqual([
      "envoy.access_loggers.open_telemetry",
      "/var/log/sallyport/pod.log",
      "envoy.access_loggers.open_telemetry",
      "/var/log/sallyport/pod.log",
    ]);
  });

  it("strips queries unless told to keep them", () => {
    expect(JSON.stringify(log({}))).not.toMatch(/%PATH\(WQ|%REQ\(:PATH/);
    expect(JSON.stringify(log({ query: "keep" }))).toContain("%PATH(WQ:PATH)%");
  });

  it("reads no value of a redacted header, user-agent among them", () => {
    const headers = ["cookie", "x-team"];
    const text = JSON.stringify(log({ headers, redactHeaders: ["cookie", "user-agent"] }));
    expect(text).toContain('"header.x-team":"%REQ(x-team)%"');
    expect(text).not.toMatch(/%REQ\((cookie|user-agent)\)%/i);
    expect(text).toContain('"header.cookie":"%CEL(');
  });

  it("leaves out who is exempt, at the host and port of the rule alone", () => {
    const [cnn, wikipedia] = HOSTS as [HostInput, HostInput];
    const allow = [
      ...(cnn.allow ?? []),
      { from: { serviceAccount: "news/politics" }, monitored: false as const },
    ];
    const of = (hosts: readonly HostInput[]) =>
      loggersOf(log({}, hosts)).map(({ filter }) => JSON.stringify(filter ?? null));
    expect(of(HOSTS).join()).not.toContain("uri_san");
    const [requests, refused, ...connections] = of([{ ...cnn, allow }, wikipedia]);
    for (const filter of [requests, refused]) {
      expect(filter).toContain("== 'spiffe://cluster.local/ns/news/sa/politics'");
      expect(filter).toContain("destination.port == 10080");
      expect(filter).toContain("^edition[.]cnn[.]com(:80)?$");
    }
    expect(connections.join()).not.toContain("uri_san");
  });
});

describe("what providers take", () => {
  const policy = (manifests: readonly Manifest[]) =>
    JSON.stringify(named(manifests, "NetworkPolicy", "egress")?.spec);
  const volumes = (manifests: readonly Manifest[]) =>
    JSON.stringify(named(manifests, "Deployment", "egress")?.spec).includes("sallyport-logs");

  it("is nothing for standard output, and for providers that no log names", () => {
    const manifests = plan({ providers: [COLLECTOR, { name: "pod", type: "file" }] });
    expect(volumes(manifests)).toBe(false);
    expect(policy(manifests)).not.toContain("observability");
    expect(JSON.stringify(named(manifests, "EnvoyFilter", "egress-log"))).not.toContain("STRICT_DNS");
  });

  it("is a cluster and a way to it for a collector, each once", () => {
    const manifests = plan({ providers: [COLLECTOR], access: ["collector"], errors: ["collector"] });
    const text = JSON.stringify(named(manifests, "EnvoyFilter", "egress-log"));
    expect(text.match(/STRICT_DNS/g)).toHaveLength(1);
    expect(text).toContain("otel.observability.svc.cluster.local");
    expect(policy(manifests).match(/observability/g)).toHaveLength(1);
  });

  it("is a volume for a file", () => {
    expect(volumes(plan({ providers: [{ name: "pod", type: "file" }], access: ["pod"] }))).toBe(true);
  });
});

describe("sidecars", () => {
  it("write a line of each call only where that is wanted", () => {
    const filters = (monitoring: MonitoringInput) =>
      plan(monitoring)
        .filter(({ kind, metadata }) => kind === "EnvoyFilter" && metadata.namespace === "news")
        .map(({ metadata }) => metadata.name);
    expect(filters({})).not.toContain("egress-log");
    expect(filters({ sidecar: true })).toContain("egress-log");
    expect(filters({})).toContain("sallyport-refusals");
  });

  it("log of what they can't read only that which has no host, and so went nowhere", () => {
    const refusals = plan({}).find(({ metadata }) => metadata.name === "sallyport-refusals");
    expect(JSON.stringify(refusals)).toContain(
      JSON.stringify({
        and_filter: {
          filters: [
            { response_flag_filter: { flags: ["DPE"] } },
            { header_filter: { header: { name: ":authority", present_match: false } } },
          ],
        },
      }),
    );
  });

  it("of exempt accounts write none", () => {
    const allow = [{ from: { serviceAccount: "news/politics" }, monitored: false as const }];
    const hosts: HostInput[] = [{ host: "edition.cnn.com", tls: "originate", allow }];
    const filter = plan({ sidecar: true }, hosts).find(
      ({ metadata }) => metadata.name === "egress-log" && metadata.namespace === "news",
    );
    expect(JSON.stringify(filter)).toContain("xds.node.metadata['SERVICE_ACCOUNT'] == 'politics'");
  });
});

describe("metrics", () => {
  it("are shown to the declared Prometheus alone", () => {
    const policy = (monitoring: MonitoringInput) =>
      named(plan(monitoring), "NetworkPolicy", "egress")?.spec as { readonly ingress: readonly Json[] };
    const ports = (entries: readonly Json[]) =>
      entries.filter((entry) => /15020|15090/.test(JSON.stringify(entry)));
    expect(ports(policy({}).ingress)).toEqual([]);
    const prometheus = { namespace: "monitoring", podLabels: { app: "prometheus" } };
    expect(ports(policy({ prometheus }).ingress)).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
            podSelector: { matchLabels: { app: "prometheus" } },
          },
        ],
        ports: [
          { protocol: "TCP", port: 15020 },
          { protocol: "TCP", port: 15090 },
        ],
      },
    ]);
  });

  it("count what has ended, and have no label that a client chooses", () => {
    const counters = loggersOf(named(plan({}), "EnvoyFilter", "egress-counters"));
    expect(counters.length).toBeGreaterThan(3);
    for (const { filter, typed_config } of counters) {
      const taken = JSON.stringify(filter);
      expect(taken).toContain("TcpConnectionEnd");
      // A name that policy knows, in its one plain form.
      if (taken.includes('{"exact":"allowed"}')) {
        expect(taken).toContain(
          '{"regex":"[a-z0-9.-]+(:(80|443))?"}},"treat_missing_header_as_empty":true,"invert_match":false}',
        );
        continue;
      }
      // What a client sends unseen by policy: a header, a path, a method, the asked name as it is.
      expect(JSON.stringify(typed_config)).not.toMatch(/%REQ\(|%PATH|%REQUESTED_SERVER_NAME%|%STREAM_ID%/);
    }
    expect(JSON.stringify(counters)).toContain(
      "%CEL(!has(xds.cluster_name) || xds.cluster_name == '' ? 'other' : connection.requested_server_name)%",
    );
  });
});
