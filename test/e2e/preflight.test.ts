import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterAccess } from "../../cluster/access.ts";
import { connect } from "../../cluster/client.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { preflight } from "../../preflight/preflight.ts";
import { kubectl } from "../../walk/kubectl.ts";
import { sallyport } from "../cli/sallyport.ts";
import { folderOf } from "../folders.ts";
import { loadTexts } from "../model/memory-files.ts";
import { onCluster, programOf } from "./cluster.ts";

const TEXT = `environment: conf-check
gateways:
  - { name: conf-check, namespace: conf-check-egress }
lockdown: [{ namespace: conf-check-shop }]
owner: conf-check
hosts:
  - { host: www.conf-check.example.com, tls: none, allow: [{ from: { namespace: conf-check-news } }] }
  - { host: tls.conf-check.example.com, tls: passthrough, allow: [{ from: { namespace: conf-check-shop } }] }
  - { host: api.example.com, tls: originate, caSecret: authority, allow: [{ from: { namespace: conf-check-shop } }] }
  - { host: cart.conf-check-other, tls: none, port: 80, allow: [{ from: { namespace: conf-check-bare } }] }
`;
const ISTIO = "networking.istio.io/v1";
const labels = { "istio-injection": "enabled" };
const NAMESPACES = [
  namespace("conf-check-egress"),
  namespace("conf-check-news", labels),
  namespace("conf-check-shop", labels),
  namespace("conf-check-bare"),
  namespace("conf-check-other"),
];
const selector = { "egress.sallyport.dev/gateway": "conf-check" };

/** Each object that is in the way, and what is said of it. */
const CONFLICTS: readonly (readonly [object: Manifest, found: RegExp])[] = [
  [
    object(ISTIO, "VirtualService", "conf-check-news/turn", {
      spec: {
        hosts: ["www.conf-check.example.com"],
        exportTo: ["."],
        http: [{ route: [{ destination: { host: "nowhere.conf-check-news.svc.cluster.local" } }] }],
      },
    }),
    /^problem 7:5 www\.conf-check\.example\.com:80: VirtualService conf-check-news\/turn routes it too/,
  ],
  [
    object(ISTIO, "ServiceEntry", "conf-check-other/steal", {
      spec: {
        hosts: ["tls.conf-check.example.com"],
        resolution: "DNS",
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      },
    }),
    /^warning 8:5 tls\.conf-check\.example\.com:443: ServiceEntry conf-check-other\/steal /,
  ],
  [
    object("v1", "Service", "conf-check-other/cart", { spec: { ports: [{ port: 80 }] } }),
    /^problem 10:5 cart\.conf-check-other:80: Service conf-check-other\/cart has this name/,
  ],
  [
    object(ISTIO, "DestinationRule", "conf-check-news/all", {
      spec: { host: "*.conf-check-egress.svc.cluster.local" },
    }),
    /^problem 7:5 www\.conf-check\.example\.com:80: DestinationRule conf-check-news\/all .* replaces ours/,
  ],
  [
    object(ISTIO, "Sidecar", "conf-check-shop/own", {
      spec: { egress: [{ hosts: ["./*", "istio-system/*"] }] },
    }),
    /^problem 8:5 tls\.conf-check\.example\.com:443 and 1 more: Sidecar conf-check-shop\/own does not import/,
  ],
  [
    object(ISTIO, "Sidecar", "conf-check-shop/own", {
      spec: { egress: [{ hosts: ["./*", "istio-system/*"] }] },
    }),
    /^problem 4:\d+ lockdown conf-check-shop: Sidecar conf-check-shop\/own has no selector/,
  ],
  [
    object(ISTIO, "Gateway", "conf-check-egress/in", {
      spec: {
        selector,
        servers: [{ hosts: ["*"], port: { number: 8080, name: "http", protocol: "HTTP" } }],
      },
    }),
    /^problem 3:3 gateway conf-check: Gateway conf-check-egress\/in selects the gateway's pods/,
  ],
  [
    object("security.istio.io/v1", "AuthorizationPolicy", "conf-check-egress/open", {
      spec: { rules: [{}] },
    }),
    /^problem 3:3 gateway conf-check: AuthorizationPolicy conf-check-egress\/open lets whom it names through/,
  ],
  [
    object("networking.istio.io/v1alpha3", "EnvoyFilter", "conf-check-egress/filter", {
      spec: {
        configPatches: [
          { applyTo: "CLUSTER", match: { context: "GATEWAY" }, patch: { operation: "MERGE", value: {} } },
        ],
      },
    }),
    /^problem 3:3 gateway conf-check: EnvoyFilter conf-check-egress\/filter changes/,
  ],
  [
    object("telemetry.istio.io/v1", "Telemetry", "conf-check-egress/silence", {
      spec: { selector: { matchLabels: selector }, accessLogging: [{ disabled: true }] },
    }),
    /^warning 3:3 gateway conf-check: Telemetry conf-check-egress\/silence turns on/,
  ],
  [
    object("networking.k8s.io/v1", "NetworkPolicy", "conf-check-shop/open", {
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{}] },
    }),
    /^warning 4:\d+ lockdown conf-check-shop: NetworkPolicy conf-check-shop\/open opens ways out/,
  ],
  [
    object("v1", "Secret", "conf-check-egress/authority", { stringData: { "ca.crt": "hunter2" } }),
    /^problem 9:5 api\.example\.com:80: Secret conf-check-egress\/authority: its ca\.crt is no certificate/,
  ],
];

describe("what already runs in a cluster", { timeout: 120_000 }, () => {
  const cluster = onCluster("lab");
  const access = cluster?.access;
  const { run } = kubectl(programOf(cluster, "kubectl"), access ?? {});
  const put = (object: Manifest) => run(["apply", "--server-side", "-f", "-"], JSON.stringify(object));
  const remove = (object: Manifest) =>
    run(["delete", "--ignore-not-found", "--wait=false", "-f", "-"], JSON.stringify(object));
  beforeAll(async () => {
    if (access === undefined) return;
    for (const object of NAMESPACES) await put(object);
  }, 60_000);
  afterAll(async () => {
    if (access === undefined) return;
    for (const object of NAMESPACES) await remove(object);
    for (const { metadata } of NAMESPACES)
      await run(["wait", "--for=delete", `namespace/${metadata.name}`, "--timeout=60s"]);
  }, 120_000);

  it("is found: every object that is in the way is named, and no other of these namespaces", async () => {
    const before = await findings(access);
    expect(before).toEqual([
      expect.stringMatching(
        /^problem 9:5 api\.example\.com:80: there is no Secret conf-check-egress\/authority/,
      ),
      expect.stringMatching(
        /^warning 3:3 gateway conf-check: the namespace conf-check-egress is there and not/,
      ),
      expect.stringMatching(
        /^warning 10:5 cart\.conf-check-other:80: the namespace conf-check-bare, .* no label/,
      ),
    ]);
    for (const [object] of CONFLICTS) await put(object);
    const found = await findings(access);
    for (const [, said] of CONFLICTS) expect(found).toContainEqual(expect.stringMatching(said));
    expect(found).toHaveLength(CONFLICTS.length + 2);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it("refuses the environment, until it is gone", async () => {
    const folder = folderOf({ "env.yaml": TEXT });
    const cluster = access?.kubeconfig === undefined ? [] : ["--kubeconfig", access.kubeconfig];
    const check = () => sallyport(["check", `${folder}/env.yaml`, ...cluster]);
    const refused = check();
    expect({ exit: refused.exit, stdout: refused.stdout }).toEqual({ exit: 1, stdout: "" });
    expect(refused.stderr).toContain("env.yaml: 9 problems\n");
    for (const [object] of CONFLICTS.filter(([{ kind }]) => kind !== "Secret")) await remove(object);
    expect(check().stderr).toContain("env.yaml: 1 problem\n");
  });

  it("that this user may not see is told, kind by kind, and nothing is taken for sound", async () => {
    const nobody = connect(access ?? {});
    for (const user of nobody.users) Object.assign(user, { impersonateUser: "conf-check-nobody" });
    const found = await findings({ kubeconfig: nobody.exportConfig() });
    expect(found).toContainEqual(
      expect.stringContaining("this user may not list networking.istio.io/v1 Sidecar"),
    );
    expect(found).toContainEqual(
      expect.stringContaining("this user may not get the Secret authority in conf-check-egress"),
    );
    expect(found.filter((text) => !text.includes("this user may not"))).toEqual([]);
  });
});

/** What is found of the test's own objects, each in one line: others may use the cluster too. */
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
  ]
    .map(({ severity, line, column, path, why }) => `${severity} ${line}:${column} ${path}: ${why}`)
    .filter((text) => /conf-check|this user/.test(text.replace(/^.*?: /, "")));
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
