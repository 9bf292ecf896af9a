import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterAccess } from "../../cluster/access.ts";
import { connect } from "../../cluster/client.ts";
import { applyObject, removeObject } from "../../cluster/objects.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { preflight } from "../../preflight/preflight.ts";
import { sallyport } from "../cli/sallyport.ts";
import { folderOf } from "../folders.ts";
import { loadTexts } from "../model/memory-files.ts";
import { onCluster } from "./cluster.ts";

const TEXT = `environment: conf
gateways:
  - { name: conf, namespace: conf-egress }
lockdown: [{ namespace: conf-shop }]
owner: conf
hosts:
  - { host: edition.cnn.com, tls: none, allow: [{ from: { namespace: conf-news } }] }
  - { host: en.wikipedia.org, tls: passthrough, allow: [{ from: { namespace: conf-shop } }] }
  - { host: api.example.com, tls: originate, caSecret: authority, allow: [{ from: { namespace: conf-shop } }] }
  - { host: cart.conf-other, tls: none, port: 80, allow: [{ from: { namespace: conf-bare } }] }
`;
const ISTIO = "networking.istio.io/v1";
const labels = { "istio-injection": "enabled" };
const NAMESPACES = [
  namespace("conf-egress"),
  namespace("conf-news", labels),
  namespace("conf-shop", labels),
  namespace("conf-bare"),
  namespace("conf-other"),
];
const selector = { "egress.sallyport.dev/gateway": "conf" };

/** Each object that is in the way, and what is said of it. */
const CONFLICTS: readonly (readonly [object: Manifest, found: RegExp])[] = [
  [
    object(ISTIO, "VirtualService", "conf-news/turn", {
      spec: {
        hosts: ["edition.cnn.com"],
        exportTo: ["."],
        http: [{ route: [{ destination: { host: "nowhere.conf-news.svc.cluster.local" } }] }],
      },
    }),
    /^problem 7:5 edition\.cnn\.com:80: VirtualService conf-news\/turn .* turns their calls elsewhere/,
  ],
  [
    object(ISTIO, "ServiceEntry", "conf-other/steal", {
      spec: {
        hosts: ["en.wikipedia.org"],
        resolution: "DNS",
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      },
    }),
    /^\w+ 8:5 en\.wikipedia\.org:443: ServiceEntry conf-other\/steal /,
  ],
  [
    object("v1", "Service", "conf-other/cart", { spec: { ports: [{ port: 80 }] } }),
    /^problem 10:5 cart\.conf-other:80: Service conf-other\/cart has this name/,
  ],
  [
    object(ISTIO, "DestinationRule", "conf-news/all", {
      spec: { host: "*.conf-egress.svc.cluster.local" },
    }),
    /^problem 7:5 edition\.cnn\.com:80: DestinationRule conf-news\/all .* replaces ours/,
  ],
  [
    object(ISTIO, "Sidecar", "conf-shop/own", { spec: { egress: [{ hosts: ["./*", "istio-system/*"] }] } }),
    /^problem 8:5 en\.wikipedia\.org:443 and 1 more: Sidecar conf-shop\/own does not import/,
  ],
  [
    object(ISTIO, "Sidecar", "conf-shop/own", { spec: { egress: [{ hosts: ["./*", "istio-system/*"] }] } }),
    /^problem 4:\d+ lockdown conf-shop: Sidecar conf-shop\/own has no selector/,
  ],
  [
    object(ISTIO, "Gateway", "conf-egress/in", {
      spec: {
        selector,
        servers: [{ hosts: ["*"], port: { number: 8080, name: "http", protocol: "HTTP" } }],
      },
    }),
    /^problem 3:3 gateway conf: Gateway conf-egress\/in selects the gateway's pods/,
  ],
  [
    object("security.istio.io/v1", "AuthorizationPolicy", "conf-egress/open", { spec: { rules: [{}] } }),
    /^problem 3:3 gateway conf: AuthorizationPolicy conf-egress\/open lets whom it names through/,
  ],
  [
    object("networking.istio.io/v1alpha3", "EnvoyFilter", "conf-egress/filter", {
      spec: {
        configPatches: [
          { applyTo: "CLUSTER", match: { context: "GATEWAY" }, patch: { operation: "MERGE", value: {} } },
        ],
      },
    }),
    /^problem 3:3 gateway conf: EnvoyFilter conf-egress\/filter changes/,
  ],
  [
    object("telemetry.istio.io/v1", "Telemetry", "conf-egress/silence", {
      spec: { selector: { matchLabels: selector }, accessLogging: [{ disabled: true }] },
    }),
    /^warning 3:3 gateway conf: Telemetry conf-egress\/silence sets the log/,
  ],
  [
    object("networking.k8s.io/v1", "NetworkPolicy", "conf-shop/open", {
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{}] },
    }),
    /^warning 4:\d+ lockdown conf-shop: NetworkPolicy conf-shop\/open opens ways out/,
  ],
  [
    object("v1", "Secret", "conf-egress/authority", { stringData: { "ca.crt": "hunter2" } }),
    /^problem 9:5 api\.example\.com:80: Secret conf-egress\/authority: its ca\.crt is no certificate/,
  ],
];

describe("what already runs in a cluster", { timeout: 120_000 }, () => {
  const access = onCluster("lab")?.access;
  const config = () => connect(access ?? {});
  beforeAll(async () => {
    if (access === undefined) return;
    for (const object of NAMESPACES) await applyObject(config(), object);
  }, 60_000);
  afterAll(async () => {
    if (access === undefined) return;
    for (const object of NAMESPACES) await removeObject(config(), object);
  }, 60_000);

  it("is found: every object that is in the way is named, and no other of these namespaces", async () => {
    const before = await findings(access);
    expect(before).toEqual([
      expect.stringMatching(/^problem 9:5 api\.example\.com:80: there is no Secret conf-egress\/authority/),
      expect.stringMatching(/^warning 10:5 cart\.conf-other:80: the namespace conf-bare, .* no label/),
    ]);
    for (const [object] of CONFLICTS) await applyObject(config(), object);
    const found = await findings(access);
    for (const [, said] of CONFLICTS) expect(found).toContainEqual(expect.stringMatching(said));
    expect(found).toHaveLength(CONFLICTS.length + 1);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it("refuses the environment, until it is gone", async () => {
    const folder = folderOf({ "env.yaml": TEXT });
    const cluster = access?.kubeconfig === undefined ? [] : ["--kubeconfig", access.kubeconfig];
    const check = () => sallyport(["check", `${folder}/env.yaml`, ...cluster]);
    const refused = check();
    expect({ exit: refused.exit, stdout: refused.stdout }).toEqual({ exit: 1, stdout: "" });
    expect(refused.stderr).toContain("env.yaml: 10 problems\n");
    for (const [object] of CONFLICTS.filter(([{ kind }]) => kind !== "Secret"))
      await removeObject(config(), object);
    expect(check().stderr).toContain("env.yaml: 1 problem\n");
  });

  it("that this user may not see is told, kind by kind, and nothing is taken for sound", async () => {
    const nobody = config();
    for (const user of nobody.users) Object.assign(user, { impersonateUser: "conf-nobody" });
    const found = await findings({ kubeconfig: nobody.exportConfig() });
    expect(found).toContainEqual(
      expect.stringContaining("this user may not list networking.istio.io/v1 Sidecar"),
    );
    expect(found).toContainEqual(
      expect.stringContaining("this user may not get the Secret authority in conf-egress"),
    );
    expect(found.filter((text) => !text.includes("this user may not"))).toEqual([]);
  });
});

/** What is found, each in one line. */
async function findings(access: ClusterAccess | undefined): Promise<string[]> {
  const loaded = loadTexts({ "env.yaml": TEXT });
  if (loaded.environment === undefined) throw new Error("the environment has problems");
  const { problems, warnings } = await preflight(access ?? {}, {
    ...loaded,
    environment: loaded.environment,
  });
  return [
    ...problems.map((problem) => ({ severity: "problem", ...problem })),
    ...warnings.map((warning) => ({ severity: "warning", ...warning })),
  ].map(({ severity, line, column, path, why }) => `${severity} ${line}:${column} ${path}: ${why}`);
}

function namespace(name: string, labels: Record<string, string> = {}): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function object(
  apiVersion: string,
  kind: string,
  path: string,
  fields: { readonly [field: string]: Json },
): Manifest {
  const [namespace = "", name = ""] = path.split("/");
  return { apiVersion, kind, metadata: { namespace, name }, ...fields };
}
