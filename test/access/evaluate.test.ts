import { describe, expect, it } from "vitest";
import { evaluate, type Probe } from "../../access/evaluate/evaluate.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { EDITOR, gateway, istio, policy, READER } from "./manifests.ts";

const call: Probe = { principal: READER, host: "one.example.com", port: 80, scheme: "http" };
const secure: Probe = { ...call, port: 443, scheme: "https" };
const ask = (objects: readonly Manifest[], probe: Partial<Probe> = {}) =>
  evaluate([...gateway(), ...objects], { ...call, ...probe });
const answers = (objects: readonly Manifest[], probe: Partial<Probe> = {}) => ask(objects, probe).answer;

const from = (...principals: string[]): Json => [{ source: { principals } }];
const to = (operation: Json): Json => [{ operation }];
const everybody = policy("ALLOW", [{ to: to({ ports: ["10080", "8080", "10443"] }) }], "everybody");
const deny = (rule: Json) => [everybody, policy("DENY", [rule])];

describe("the hop", () => {
  it("leads to the gateway where the caller's sidecar sees a route, and is refused by it elsewhere", () => {
    expect(answers([everybody])).toBe("allowed");
    expect(answers([everybody], { host: "three.example.com" })).toBe("unknown-host");
    expect(answers([everybody], { principal: "cluster.local/ns/shop/sa/cart" })).toBe("direct");
    expect(answers([everybody], { port: 9999 })).toBe("closed");
    expect(answers([everybody], { ...secure, host: "three.example.com" })).toBe("closed");
    expect(answers([everybody], { ...secure, host: "" })).toBe("closed");
  });

  it("asks HTTP where HTTP is spoken, and TLS where TLS is", () => {
    expect(answers([everybody], secure)).toBe("allowed");
    expect(answers([everybody], { ...secure, port: 80 })).toBe("closed");
    expect(answers([everybody], { port: 443 })).toBe("closed");
  });

  it("finds a host whatever its capitals and its port", () => {
    for (const authority of ["ONE.example.com", "one.example.com:80", "one.example.com:22"])
      expect(answers([everybody], { authority })).toBe("allowed");
    expect(answers([everybody], { authority: "one.example.com." })).toBe("unknown-host");
    // By a registered host's absolute name the request goes on, and the gateway has no route for it.
    expect(answers([everybody], { port: 8080, authority: "one.example.com.:8080" })).toBe("not-found");
  });

  it("lacks a cluster where no DestinationRule has the subset", () => {
    const objects = [...gateway().filter(({ kind }) => kind !== "DestinationRule"), everybody];
    expect(evaluate(objects, call).answer).toBe("unavailable");
  });

  it("is what the caller's Sidecar imports", () => {
    const importing = (...hosts: string[]) =>
      answers([everybody, istio("Sidecar", "imports", { egress: [{ hosts }] }, { namespace: "news" })]);
    for (const hosts of [["egress/*"], ["*/*"], ["./*", "egress/*.example.com"], ["egress/one.example.com"]])
      expect(importing(...hosts)).toBe("allowed");
    for (const hosts of [["./*"], ["~/*"], ["egress/three.example.com"], ["other/*"]])
      expect(importing(...hosts)).not.toBe("allowed");
  });

  it("is not known where a Sidecar opens listeners of its own", () => {
    const egress = [{ port: { number: 80, protocol: "HTTP", name: "own" }, hosts: ["egress/*"] }];
    const own = istio("Sidecar", "own", { egress }, { namespace: "news" });
    expect(ask([everybody, own]).unsure).toEqual(["Sidecar/news/own chooses what sidecars see"]);
  });

  it("is not known where two routes claim a host and lead to different answers", () => {
    const other = istio("VirtualService", "theirs", {
      hosts: ["one.example.com"],
      http: [{ match: [{ port: 80 }], route: [{ destination: { host: "theirs", port: { number: 80 } } }] }],
    });
    expect(ask([everybody, other])).toMatchObject({ answer: "unknown", unsure: [/several routes claim/] });
  });
});

describe("policies", () => {
  it("refuse what nothing allows, and name no rule", () => {
    const nothing = policy("ALLOW", [], "nothing");
    expect(ask([nothing])).toEqual({ answer: "forbidden", onTrial: [], unsure: [] });
    expect(answers([nothing], secure)).toBe("closed");
    expect(answers([])).toBe("allowed");
  });

  it("name the rule that decided", () => {
    const rules = [{ from: from(EDITOR) }, { from: from(READER), to: to({ ports: ["10080"] }) }];
    expect(ask([policy("ALLOW", rules)]).by).toEqual({
      object: "AuthorizationPolicy/egress/allow",
      rule: 1,
    });
    expect(ask(deny({ from: from(READER) }))).toMatchObject({
      answer: "forbidden",
      by: { object: "AuthorizationPolicy/egress/deny", rule: 0 },
    });
  });

  it("are the workload's own, and those of the root namespace", () => {
    const spec = { action: "DENY", rules: [{ from: from("*") }] };
    const elsewhere = istio("AuthorizationPolicy", "all", spec, { namespace: "news" });
    const root = istio("AuthorizationPolicy", "all", spec, { namespace: "istio-system" });
    const others = istio("AuthorizationPolicy", "all", { ...spec, selector: { matchLabels: { app: "x" } } });
    expect(answers([everybody, elsewhere, others])).toBe("allowed");
    expect(answers([everybody, root])).toBe("forbidden");
  });

  it.each([
    ["cluster.local/ns/news/sa/reader", true],
    ["cluster.local/ns/news/*", true],
    ["*/sa/reader", true],
    ["*", true],
    ["cluster.local/ns/news/sa/read", false],
    ["cluster.local/ns/new/*", false],
    ["*/sa/editor", false],
  ])("take the principal %s: %s", (principal, taken) => {
    expect(answers(deny({ from: from(principal) }))).toBe(taken ? "forbidden" : "allowed");
    const not = [{ source: { notPrincipals: [principal] } }];
    expect(answers(deny({ from: not }))).toBe(taken ? "allowed" : "forbidden");
  });

  it.each([
    ["news", true],
    ["n*", true],
    ["*", true],
    ["new", false],
    ["ews", false],
  ])("take the namespace %s: %s", (namespace, taken) => {
    expect(answers(deny({ from: [{ source: { namespaces: [namespace] } }] }))).toBe(
      taken ? "forbidden" : "allowed",
    );
  });

  it("take an account of their own namespace, or of the one that they name", () => {
    const accounts = (serviceAccounts: string[]) => deny({ from: [{ source: { serviceAccounts } }] });
    expect(answers(accounts(["news/reader"]))).toBe("forbidden");
    expect(answers(accounts(["reader"]))).toBe("allowed");
    expect(answers(accounts(["news/read"]))).toBe("allowed");
  });

  it.each([
    [{ hosts: ["one.example.com"] }, {}, true],
    [{ hosts: ["ONE.example.com"] }, {}, true],
    [{ hosts: ["one.example.com"] }, { authority: "One.Example.Com" }, true],
    // A policy sees the port that the caller wrote.
    [{ hosts: ["one.example.com"] }, { port: 8080 }, false],
    [{ hosts: ["one.example.com:8080"] }, { port: 8080 }, true],
    [{ hosts: ["one.example.com:*"] }, { port: 8080 }, true],
    [{ hosts: ["*.example.com"] }, { port: 8080 }, false],
    [{ hosts: ["*.example.com"] }, {}, true],
    [{ notHosts: ["one.example.com"] }, {}, false],
    [{ notHosts: ["two.example.com"] }, {}, true],
    [{ ports: ["10080"] }, {}, true],
    [{ ports: ["80"] }, {}, false],
    [{ notPorts: ["10080"] }, { port: 8080 }, true],
    [{ methods: ["POST"] }, {}, false],
    [{ methods: ["post"] }, { method: "POST" }, false],
    [{ methods: ["P*"] }, { method: "PUT" }, true],
    [{ paths: ["/sport/*"], notPaths: ["/sport/scores"] }, { path: "/sport/x" }, true],
    [{ paths: ["/sport/*"], notPaths: ["/sport/scores"] }, { path: "/sport/scores?x" }, false],
    [{ paths: ["/sport"] }, { path: "/x/../sport" }, true],
    [{ paths: ["/{*}/scores"] }, { path: "/sport/scores" }, true],
  ] satisfies [Json, Partial<Probe>, boolean][])("take %j of %j: %s", (operation, probe, taken) => {
    expect(answers(deny({ to: to(operation) }), probe)).toBe(taken ? "forbidden" : "allowed");
  });

  it.each([
    [{ values: ["news"] }, { "X-Team": "news" }, true],
    [{ values: ["news"] }, {}, false],
    [{ values: ["*"] }, { "x-team": "" }, true],
    [{ notValues: ["news"] }, {}, true],
    [{ values: ["n*"], notValues: ["news"] }, { "x-team": "news" }, false],
  ])("take the header %j of %j: %s", (condition, headers, taken) => {
    const when = [{ key: "request.headers[x-Team]", ...condition }];
    expect(answers(deny({ when }), { headers })).toBe(taken ? "forbidden" : "allowed");
  });

  it("know the name of a TLS connection, and of the hop where it is HTTP", () => {
    const sni = (value: string) => deny({ when: [{ key: "connection.sni", values: [value] }] });
    expect(answers(sni("one.example.com"), secure)).toBe("closed");
    expect(answers(sni("one.example.com"), { ...secure, host: "ONE.example.com" })).toBe("closed");
    expect(answers(sni("one.example.com"))).toBe("allowed");
    expect(answers(sni("outbound_.80_.http_.*"))).toBe("forbidden");
  });

  it("lose what only HTTP has on a connection: a DENY gets wider, an ALLOW is left out", () => {
    const rule = { from: from(READER), to: to({ ports: ["10443"], paths: ["/never"] }) };
    expect(answers(deny(rule), secure)).toBe("closed");
    expect(answers(deny(rule), { ...secure, principal: EDITOR })).toBe("allowed");
    expect(answers([policy("ALLOW", [rule])], secure)).toBe("closed");
    expect(answers([policy("ALLOW", [{ to: to({ ports: ["10443"] }) }])], secure)).toBe("allowed");
  });

  it("skip a rule with a condition that Istio does not know", () => {
    const when = [{ key: "request.moon", values: ["full"] }];
    expect(answers(deny({ when }))).toBe("allowed");
    expect(answers([policy("ALLOW", [{ when }])])).toBe("forbidden");
  });

  it("on trial refuse nothing, and are told", () => {
    const trial = policy("DENY", [{ from: from(READER) }], "trial", { "istio.io/dry-run": "true" });
    expect(ask([everybody, trial])).toMatchObject({
      answer: "allowed",
      onTrial: [{ object: "AuthorizationPolicy/egress/trial", rule: 0 }],
    });
    const allow = policy("ALLOW", [{ from: from(READER) }], "trial", { "istio.io/dry-run": "true" });
    expect(answers([policy("ALLOW", [], "nothing"), allow])).toBe("forbidden");
  });
});

describe("end users", () => {
  const issuer = "https://login.example.com";
  const token = istio("RequestAuthentication", "jwt", {
    selector: { matchLabels: { app: "egress" } },
    jwtRules: [{ issuer }],
  });
  const claims = {
    iss: issuer,
    sub: "ann",
    groups: ["editors", "all"],
    realm: { role: "chief" },
    scope: "a b",
  };
  const user = (source: Json, when: Json = []) => [token, policy("ALLOW", [{ from: [{ source }], when }])];

  it.each([
    ["https://login.example.com/ann", true],
    ["https://login.example.com/*", true],
    ["*/ann", true],
    ["*", true],
    ["https://login.example.com/bob", false],
    ["https://other.example.com/*", false],
  ])("are taken by %s: %s", (principal, taken) => {
    const objects = user({ requestPrincipals: [principal] });
    expect(answers(objects, { claims })).toBe(taken ? "allowed" : "forbidden");
    expect(answers(objects)).toBe("forbidden");
    expect(answers(objects.slice(1), { claims })).toBe("forbidden");
  });

  it.each([
    ["request.auth.claims[groups]", "editors", true],
    ["request.auth.claims[groups]", "edit", false],
    ["request.auth.claims[realm][role]", "chief", true],
    ["request.auth.claims[scope]", "b", true],
    ["request.auth.claims[nothing]", "*", false],
  ])("have the claim %s as %s: %s", (key, value, taken) => {
    expect(answers(user({}, [{ key, values: [value] }]), { claims })).toBe(taken ? "allowed" : "forbidden");
  });
});

it("a token of an issuer that nobody declared is refused before any rule is asked", () => {
  const token = istio("RequestAuthentication", "jwt", {
    jwtRules: [{ issuer: "https://login.example.com" }],
  });
  const claims = { iss: "https://other.example.com", sub: "ann" };
  expect(answers([everybody, token], { claims })).toBe("unauthorized");
  expect(answers([everybody, token], { ...secure, claims })).toBe("allowed");
  expect(answers([everybody], { claims })).toBe("allowed");
});

describe("the gateway's routes", () => {
  const route = (http: Json, hosts: Json = ["one.example.com"]) =>
    istio("VirtualService", "own", { hosts, gateways: ["egress/egress"], exportTo: ["."], http });
  const without = (...objects: Manifest[]) => [
    ...gateway().filter(({ metadata }) => metadata.name !== "gateway"),
    everybody,
    ...objects,
  ];
  const out = [{ destination: { host: "outside.internal", port: { number: 80 } } }];

  it("are found by the nearest domain, and nobody else's are asked", () => {
    const wild = istio("VirtualService", "wild", {
      hosts: ["*.example.com"],
      gateways: ["egress/egress"],
      http: [{ route: out }],
    });
    expect(evaluate(without(wild), call).answer).toBe("allowed");
    expect(
      evaluate(without(wild, route([{ match: [{ uri: { exact: "/x" } }], route: out }])), call).answer,
    ).toBe("not-found");
    expect(evaluate(without(), call).answer).toBe("not-found");
  });

  it("answer by themselves, and are named", () => {
    const http = [
      { name: "paths", match: [{ port: 80, uri: { prefix: "/sport" } }], route: out },
      { name: "refused:0123456789", directResponse: { status: 404 } },
    ];
    expect(evaluate(without(route(http)), { ...call, path: "/sport/x" }).answer).toBe("allowed");
    expect(evaluate(without(route(http)), call)).toMatchObject({
      answer: "not-found",
      by: { object: "VirtualService/egress/own", route: "refused:0123456789" },
    });
  });

  it("of two objects for one host stand behind each other, those for every request last", () => {
    const all = route([{ route: out }]);
    const some = istio("VirtualService", "some", {
      hosts: ["one.example.com"],
      gateways: ["egress/egress"],
      http: [{ match: [{ uri: { prefix: "/politics" } }], directResponse: { status: 403 } }],
    });
    expect(evaluate(without(all, some), { ...call, path: "/politics" }).answer).toBe("forbidden");
    expect(evaluate(without(all, some), call).answer).toBe("allowed");
  });

  it("lead nowhere where nothing is registered", () => {
    const lost = route([{ route: [{ destination: { host: "lost.internal", port: { number: 80 } } }] }]);
    expect(evaluate(without(lost), call).answer).toBe("unavailable");
  });
});

describe("what is not judged is said", () => {
  it.each([
    ["an authorizer", policy("CUSTOM", [{ to: to({ paths: ["/*"] }) }]), /leaves it to the authorizer/],
    [
      "an address",
      policy("DENY", [{ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }]),
      /asks for ipBlocks/,
    ],
    ["a target", istio("AuthorizationPolicy", "t", { targetRefs: [{ name: "x" }], rules: [] }), /targetRef/],
    ["a filter", istio("EnvoyFilter", "theirs", {}), /changes Envoy's configuration/],
    ["a filter of the caller", istio("EnvoyFilter", "theirs", {}, { namespace: "news" }), /changes Envoy/],
    ["a version", istio("VirtualService", "new", { hosts: [] }, { version: "v9" }), /version v9/],
  ])("%s", (_, object, why) => {
    const { unsure } = ask([everybody, object]);
    expect(unsure).toHaveLength(1);
    expect(unsure[0]).toMatch(why);
  });

  it("but not where it has nothing to do with the call", () => {
    const elsewhere = istio("EnvoyFilter", "theirs", {}, { namespace: "shop" });
    const custom = policy("CUSTOM", [{ to: to({ paths: ["/other"] }) }]);
    expect(ask([everybody, elsewhere, custom]).unsure).toEqual([]);
  });
});
