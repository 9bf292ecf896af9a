import { describe, expect, it } from "vitest";
import { diffOf } from "../../access/diff/diff.ts";
import { protectionOf } from "../../cli/diff/words.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "../model/memory-files.ts";
import { gateway, istio, policy } from "./manifests.ts";

const PARTS = {
  gateways: "gateways: [{ name: egress, namespace: egress }]",
  nodes: "nodes: { provider: existing, selector: { pool: egress } }",
  lockdown: "lockdown: [{ namespace: news }]",
  monitoring: "monitoring: { sidecar: true, prometheus: { namespace: prometheus } }",
  issuers: "issuers: [{ name: sso, issuer: https://sso.example.com, jwksUri: https://sso.example.com/keys }]",
  authorizers:
    "authorizers: [{ name: judge, protocol: grpc, timeout: 1s, service: judge.judges.svc.cluster.local, port: 9000 }]",
  hosts: "a.example.com, tls: originate, authorizer: judge",
  rule: "from: { namespace: news }, users: { issuer: sso }",
};

/** An environment with some of its parts otherwise. */
function planned(parts: Partial<typeof PARTS> = {}): Manifest[] {
  const { hosts, rule, ...others } = { ...PARTS, ...parts };
  const list = `hosts:\n  - { host: ${hosts}, allow: [{ ${rule} }] }\n`;
  const text = ["environment: dev", "owner: news", ...Object.values(others), list].join("\n");
  const { environment, problems } = loadTexts({ "env.yaml": text });
  if (environment === undefined) throw new Error(JSON.stringify(problems));
  return planEnvironment(environment).map(({ manifest }) => manifest);
}

/** What became of protection, in words: `- ` weakened, `~ ` changed, `+ ` strengthened. */
function told(before: readonly Manifest[], after: readonly Manifest[]): string[] {
  const { weakened, changed, strengthened } = diffOf(before, after).protection;
  return [
    ...weakened.map((one) => `- ${one.family}: ${protectionOf(one)}`),
    ...changed.map((one) => `~ ${one.family}: ${protectionOf(one)}`),
    ...strengthened.map((one) => `+ ${one.family}: ${protectionOf(one)}`),
  ];
}

describe("a change of a declaration", () => {
  it.each([
    [
      "no lockdown",
      { lockdown: "" },
      [
        "- monitoring: no longer: a log at level error to /dev/stdout of connections, by the sidecars of news",
        "- monitoring: no longer: a log at level error to /dev/stdout of requests, by the sidecars of news",
        "- lockdown: no longer: the pods of news may call what network policies name, and nothing else",
        "- lockdown: no longer: the sidecars of news refuse hosts that nobody registered",
      ],
    ],
    [
      "a wider lockdown",
      { lockdown: "lockdown: [{ namespace: news, reach: [{ cidr: 10.0.0.0/8, ports: [443] }] }]" },
      ["- lockdown: the pods of news may call 10.0.0.0/8 on port 443"],
    ],
    [
      "any certificate",
      { hosts: `${PARTS.hosts}, insecureSkipVerify: true` },
      [
        "- verification: no longer: the gateway verifies a.example.com:80 by the system's authorities",
        "- verification: the gateway takes any certificate for a.example.com:80",
      ],
    ],
    [
      "another authority",
      { hosts: `${PARTS.hosts}, caSecret: own` },
      [
        "~ verification: was: the gateway verifies a.example.com:80 by the system's authorities; is: the gateway verifies a.example.com:80 by the authority in own",
      ],
    ],
    [
      "a client certificate, whose Secret has the authority too",
      { hosts: "a.example.com, tls: mutual, clientSecret: own, authorizer: judge" },
      [
        "~ verification: was: the gateway verifies a.example.com:80 by the system's authorities; is: the gateway verifies a.example.com:80 by the authority in own",
        "+ verification: the gateway shows a.example.com:80 the client certificate in own",
      ],
    ],
    [
      "plain HTTP",
      { hosts: "a.example.com, tls: none, authorizer: judge" },
      [
        "- verification: no longer: the gateway verifies a.example.com:80 by the system's authorities",
        "- lockdown: egress/egress may call 0.0.0.0/0 but 0.0.0.0/8, ",
        "- lockdown: egress/egress may call ::/0 but ::/96, ",
        "+ lockdown: no longer: egress/egress may call 0.0.0.0/0 but 0.0.0.0/8, ",
      ],
    ],
    [
      "no authorizer",
      { hosts: "a.example.com, tls: originate", authorizers: "" },
      ["- verification: no longer: egress/egress asks the authorizer judge about requests to a.example.com"],
    ],
    [
      "other keys for tokens",
      { issuers: PARTS.issuers.replace("com/keys", "com/others") },
      [
        "~ verification: was: egress/egress verifies tokens of https://sso.example.com for any audience by https://sso.example.com/keys; is: egress/egress verifies tokens of https://sso.example.com for any audience by https://sso.example.com/others",
      ],
    ],
    [
      "no log",
      { monitoring: `${PARTS.monitoring.slice(0, -1)}, access: [] }` },
      [
        "- monitoring: no longer: a log at level info to /dev/stdout of connections, by egress/egress",
        "- monitoring: no longer: a log at level info to /dev/stdout of requests, by egress/egress",
      ],
    ],
    [
      "no log of sidecars",
      { monitoring: PARTS.monitoring.replace("true", "false") },
      [
        "- monitoring: no longer: a log at level info to /dev/stdout of connections, by the sidecars of news",
        "- monitoring: no longer: a log at level info to /dev/stdout of requests, by the sidecars of news",
      ],
    ],
    [
      "nobody for the metrics",
      { monitoring: "monitoring: { sidecar: true }" },
      ["- monitoring: no longer: pods of prometheus may read the metrics of egress/egress on port 15020"],
    ],
    [
      "query strings in the log",
      { monitoring: `${PARTS.monitoring.slice(0, -1)}, query: keep }` },
      ["- monitoring: the query strings of requests are in the log, by egress/egress"],
    ],
    [
      "an account that is not monitored",
      { rule: `${PARTS.rule}, monitored: false` },
      [
        "- monitoring: nothing of news/* is told by the sidecars of news",
        "- monitoring: nothing of news/* to a.example.com is told by egress/egress",
      ],
    ],
    [
      "no nodes of its own",
      { nodes: "" },
      [
        "- lockdown: no longer: egress/egress runs on nodes with egress.sallyport.dev/pool In egress alone",
        "- lockdown: no longer: the nodes of the record sallyport-nodes-egress keep other pods away: pool egress; selector ",
      ],
    ],
  ])("%s", (_what, parts, expected) => {
    const [base, other] = [planned(), planned(parts)];
    const [there, back] = [told(base, other), told(other, base)];
    const has = (lines: readonly string[], line: string) => lines.some((one) => one.startsWith(line));
    expect(
      expected.filter((line) => !has(there, line)),
      there.join("\n"),
    ).toEqual([]);
    expect(there.filter((line) => line.startsWith("- ") && !has(expected, line.slice(0, 40)))).toEqual([]);
    expect(back).toHaveLength(there.length);
  });

  it("that takes a whole gateway away takes no protection", () => {
    const both = planned({
      gateways: "gateways: [{ name: egress, namespace: egress }, { name: b, namespace: b }]",
      hosts: `${PARTS.hosts}, gateway: egress`,
    });
    const weakened = told(both, planned()).filter((line) => !line.startsWith("+ "));
    expect(weakened).toEqual([]);
  });
});

describe("an object that others wrote", () => {
  const base = gateway();
  const refuses = policy("ALLOW", [], "nobody");

  it.each([
    [
      "a rule for everyone",
      [policy("ALLOW", [{}])],
      "egress/egress allows by a rule that names no hosts: {}",
    ],
    [
      "a hop without identity",
      [
        istio("DestinationRule", "open", {
          host: "egress.egress.svc.cluster.local",
          trafficPolicy: { tls: { mode: "DISABLE" } },
        }),
      ],
      "sidecars call egress.egress.svc.cluster.local by TLS DISABLE, without their identity",
    ],
    [
      "a door without identity",
      [
        istio("Gateway", "open", {
          selector: { app: "egress" },
          servers: [{ port: { number: 81, name: "x", protocol: "HTTP" }, hosts: ["*"] }],
        }),
      ],
      "egress/egress takes calls without the mesh's identity on port 81 (TLS none)",
    ],
    [
      "a Sidecar that lets out",
      [istio("Sidecar", "open", { outboundTrafficPolicy: { mode: "ALLOW_ANY" } }, { namespace: "shop" })],
      "the sidecars of shop let out to hosts that nobody registered (ALLOW_ANY)",
    ],
    [
      "pods on the nodes' network",
      [
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "x", namespace: "shop" },
          spec: { template: { spec: { hostNetwork: true } } },
        },
      ],
      "shop/x is on its nodes' own network, where no network policy holds",
    ],
  ])("%s is weaker", (_what, more: Manifest[], says) => {
    const { weakened } = diffOf(base, [...base, ...more]).protection;
    expect(weakened.map(({ after }) => after)).toEqual([says]);
    expect(diffOf(base, [...base, ...more]).objects.added.map(({ isForeign }) => isForeign)).toEqual([true]);
  });

  it("which refuses by default is missed", () => {
    const { weakened } = diffOf([...base, refuses], base).protection;
    expect(weakened.map(({ before }) => before)).toEqual(["egress/egress refuses what no rule allows"]);
  });

  it.each([
    [
      {
        apiVersion: "extensions.istio.io/v1alpha1",
        kind: "WasmPlugin",
        metadata: { name: "code" },
        spec: {},
      },
      "runs code",
    ],
    [
      istio("ServiceEntry", "new", { hosts: [], ports: [] }, { version: "v9" }),
      "has the version v9, which is not known",
    ],
    [
      { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: { name: "x" }, spec: {} },
      "is of a kind that is not read",
    ],
    [istio("EnvoyFilter", "theirs", {}), "changes Envoy's configuration"],
  ])("%o whose meaning is not read is said", (manifest: Manifest, why) => {
    expect(diffOf(base, [...base, manifest]).notJudged.map((one) => one.why)).toEqual([why]);
    expect(diffOf([...base, manifest], [...base, manifest]).notJudged).toEqual([]);
  });
});

it("takes a mesh that closes for stronger, and what its Sidecars no longer have to say for no loss", () => {
  const said = istio("Sidecar", "own", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } });
  const unsaid = istio("Sidecar", "own", {});
  const meshes = {
    before: { outboundTrafficPolicy: "ALLOW_ANY" },
    after: { outboundTrafficPolicy: "REGISTRY_ONLY" },
  } as const;
  const { weakened, strengthened } = diffOf([said], [unsaid], meshes).protection;
  expect(weakened).toEqual([]);
  expect(strengthened.map(({ after }) => after)).toEqual([
    "sidecars refuse hosts that nobody registered, by the mesh's own setting",
  ]);
  // The mesh itself, and what the Sidecar leaves to it.
  expect(diffOf([unsaid], [unsaid], meshes).protection.strengthened).toHaveLength(2);
});

it("sees a hop without identity on one port alone", () => {
  const service = gateway().filter(({ kind }) => kind === "Service");
  const host = "egress.egress.svc.cluster.local";
  const settings = [{ port: { number: 80 }, tls: { mode: "DISABLE" } }];
  const rule = istio("DestinationRule", "hop", {
    host,
    subsets: [{ name: "http", trafficPolicy: { portLevelSettings: settings } }],
  });
  const { weakened } = diffOf(service, [...service, rule]).protection;
  expect(weakened.map(({ after }) => after)).toEqual([
    `sidecars call ${host} (subset http) on port 80 by TLS DISABLE, without their identity`,
  ]);
});
