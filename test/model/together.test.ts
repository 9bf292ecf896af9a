import { describe, expect, it } from "vitest";
import { loadTexts } from "./memory-files.ts";

/** Each problem as `line path: why`, in the order in which check prints them. */
function problemsOf(texts: Record<string, string>): string[] {
  return loadTexts(texts).problems.map(({ line, path, why }) => `${line} ${path}: ${why}`);
}

describe("rules between parts hold wherever their parts are sound", () => {
  it("in a file whose own values are at fault all over", () => {
    expect(
      problemsOf({
        "env.yaml": `environment: Dev
mesh: { dns: 7 }
gateways:
  - name: egress
    namespace: istio-system
    replicas: { min: 5, max: 2 }
    drainSeconds: long
    mutualTLS: off
    resources: { requests: { memory: 2Gi } }
    topologySpread: [{ key: zone }, { key: zone }, { key: -zone }]
    ports: [{ port: 80, protocol: http }, { port: 80, protocol: http }, { port: 0, protocol: tls }]
  - name: egress
    namespace: kube-system
    reachPrivate: [0.0.0.0/0]
nodes: { provider: existing, names: [a], selector: { b: c }, pol: x }
lockdown:
  - { namespace: istio-system, reach: [{ cidr: "::/0", ports: [443] }] }
  - { namespace: shop, reach: 5 }
  - { namespace: shop }
hosts:
  - { host: a.example, tls: none, gateway: egres }
  - { host: b.example, tls: passthrough, gateway: egress, port: 80, allow: [{ from: { namespace: X } }] }
  - { host: b.example, tls: none, port: 80, allow: [{ from: { namespace: kube-system } }] }
`,
      }),
    ).toEqual([
      "1 environment: Kubernetes takes 1 to 63 characters of a-z, 0-9 and inner hyphens here",
      "2 mesh.dns: a map of keys and values belongs here",
      "5 gateways[0].namespace: policies in istiod's root namespace hold for the whole mesh",
      "6 gateways[0].replicas: min is above max",
      "7 gateways[0].drainSeconds: a whole number belongs here",
      "8 gateways[0].mutualTLS: without mutual TLS on the hop the gateway can't know who calls, so no grant could be enforced",
      "9 gateways[0].resources.requests.memory: Kubernetes takes no request above its limit, here 1Gi",
      "10 gateways[0].topologySpread[1]: Kubernetes takes one entry a key with ScheduleAnyway",
      "10 gateways[0].topologySpread[2].key: Kubernetes does not take this as a label's key",
      "11 gateways[0].ports[1]: declared twice",
      "11 gateways[0].ports[2].port: at least 1",
      "12 gateways[1].name: gateways[0] has this name too",
      "13 gateways[1].namespace: this namespace is the cluster's, and Sallyport makes and removes the gateway's own",
      "14 gateways[1].reachPrivate[0]: this is every address, not a private range",
      "15 nodes: names and selector are both given",
      "15 nodes.pol: no such key here",
      "17 lockdown[0].namespace: the gateway's own namespace has its own policy",
      "17 lockdown[0].reach[0].cidr: this is every address, which would undo the lockdown",
      "18 lockdown[1].reach: a list belongs here",
      "19 lockdown[2].namespace: declared twice",
      "21 hosts[0].gateway: no gateway has this name",
      "22 hosts[1].tls: the gateway egress speaks http on port 80",
      "22 hosts[1].allow[0].from.namespace: Kubernetes takes 1 to 63 characters of a-z, 0-9 and inner hyphens here",
      "23 hosts[2]: declared already at env.yaml:22:5 by platform",
      "23 hosts[2]: this environment has several gateways, and the host names none",
      "23 hosts[2].allow[0]: a gateway's namespace holds the gateway alone",
    ]);
  });

  it("and say nothing about what a fault leaves open", () => {
    expect(
      problemsOf({
        "env.yaml": `environment: dev
gateways:
  - { name: Egress, namespace: egress, replicas: { min: x, max: 1 } }
imports: [one.yaml, two.yaml]
hosts:
  - { host: a.example, tls: none, gateway: egress, port: 8080 }
`,
        "one.yaml": "hosts: [{ host: b.example, tls: none }]\n",
        "two.yaml": "owner: two\nhosts: [{ host: b.example, tls: none }]\n",
      }),
    ).toEqual([
      "3 gateways[0].name: Kubernetes takes 1 to 63 characters of a-z, 0-9 and inner hyphens here",
      "3 gateways[0].replicas.min: a whole number belongs here",
      "1 owner: this key is missing",
    ]);
  });

  it("two catalogs may declare the same, and may not differ", () => {
    const catalog = (namespace: string) =>
      `owner: news\nhosts: [{ host: a.example, tls: none, allow: [{ from: { namespace: ${namespace} } }] }]\n`;
    const env = "environment: dev\ngateways: [{ name: e, namespace: e }]\nimports: [one.yaml, two.yaml]\n";
    expect(problemsOf({ "env.yaml": env, "one.yaml": catalog("a"), "two.yaml": catalog("a") })).toEqual([]);
    expect(problemsOf({ "env.yaml": env, "one.yaml": catalog("a"), "two.yaml": catalog("b") })).toEqual([
      "2 hosts[0]: declared already at one.yaml:2:9 by news",
    ]);
  });

  it("as a port that is for TCP at one gateway and for HTTP at another", () => {
    const gateways = (first: string, second: string) => ({
      "env.yaml": `environment: dev
gateways:
  - name: one
    namespace: one
    ports: [{ port: 443, protocol: tls }, { port: 9000, protocol: ${first} }]
  - { name: two, namespace: two, ports: [{ port: 9000, protocol: ${second} }] }
`,
    });
    const why = "has this port for HTTP, which sidecars would wait for on it then";
    expect(problemsOf(gateways("tcp", "http"))).toEqual([`5 gateways[0].ports[1]: gateways[1] ${why}`]);
    expect(problemsOf(gateways("http", "tcp"))).toEqual([`6 gateways[1].ports[0]: gateways[0] ${why}`]);
    for (const [first, second] of [
      ["tcp", "tcp"],
      ["http", "http"],
      ["tls", "http"],
      ["tcp", "tls"],
    ] as const)
      expect(problemsOf(gateways(first, second))).toEqual([]);
  });
});

describe("the fix says what to write", () => {
  const GATEWAY = "environment: dev\ngateways: [{ name: egress, namespace: egress }]\n";
  const from = (text: string) =>
    `${GATEWAY}hosts: [{ host: a.example, tls: none, allow: [{ from: ${text} }] }]\n`;
  const FORMS = "either { namespace: news } or { serviceAccount: news/politics }, or a list of these";

  it.each([
    [
      from("{ namespace: a, serviceAccount: b/c }"),
      "namespace and serviceAccount do not go together",
      `write ${FORMS}`,
    ],
    [from("{}"), "one of namespace, serviceAccount is missing", `write ${FORMS}`],
    [from("news"), "a map of keys and values belongs here", `write ${FORMS}`],
    [from("{ namespce: news }"), "no such key here", "did you mean namespace?"],
    [from("{ namespace: My_Shop }"), /^Kubernetes takes/, "write my-shop"],
    [from("{ namespace: 7 }"), "text belongs here", 'write it in quotes: "7"'],
    [
      `${GATEWAY}hosts: [{ host: a.example, tls: none, allow: [{}] }]\n`,
      "this key is missing",
      `add from: (${FORMS})`,
    ],
    [
      `${GATEWAY}hosts: [{ host: a.example, tls: none, port: "80" }]\n`,
      /whole number/,
      "write it without quotes: 80",
    ],
    [
      `${GATEWAY}hosts: [{ host: a.example, tls: mutual }]\n`,
      "mutual TLS takes a client certificate",
      /^add clientSecret: /,
    ],
    [
      `${GATEWAY}hosts: [{ host: a.example, tls: toString }]\n`,
      "not one of the known values",
      "write one of none, passthrough, originate, mutual, tcp",
    ],
    [
      "environment: dev\ngateways: [{ name: egress, namespace: egress }, { name: other, namespace: egress }]\n",
      "gateways[0] lives in this namespace too",
      "give each gateway its own namespace",
    ],
    [`${GATEWAY}nodes: { provider: karpentr }\n`, "not one of the known values", "did you mean karpenter?"],
    [
      `${GATEWAY}nodes: { names: [a] }\n`,
      "this key is missing",
      "add provider: (one of existing, karpenter)",
    ],
    [`${GATEWAY}hosts: [{ host: bücher.example, tls: none }]\n`, /ASCII/, "write xn--bcher-kva.example"],
    [`${GATEWAY}hosts: [{ host: 127.1, tls: none }]\n`.replace("127.1", '"127.1"'), /address/, /DNS name/],
    [
      `${GATEWAY}__proto__: 1\n`,
      "this word can't be a key: readers in JavaScript would lose it",
      "remove it",
    ],
    [`${GATEWAY}environment: dev\n`, "this key stands twice in one map", "keep one of the two"],
    [`%YAML 1.1\n---\n${GATEWAY}`, /^only YAML 1.2/, "remove the %YAML line"],
    [`${GATEWAY}---\n${GATEWAY}`, "a file holds one YAML document", /file of its own/],
    [`${GATEWAY}hosts:\n\t- a\n`, "YAML is not indented with tabs", "indent with spaces"],
    [`${GATEWAY}lockdown: null\n`, "a list belongs here", "write a list, or remove the key"],
    ["environment: dev\ngateways: [{ name: 1st, namespace: egress }]\n", /begins with a letter/, /egress/],
  ])("%#: %s", (text, why, fix) => {
    const [problem, ...more] = loadTexts({ "env.yaml": text }).problems;
    expect(more).toEqual([]);
    expect(problem).toEqual(
      expect.objectContaining({
        why: typeof why === "string" ? why : expect.stringMatching(why),
        fix: typeof fix === "string" ? fix : expect.stringMatching(fix),
      }),
    );
  });
});
