import { describe, expect, it } from "vitest";
import type { Probe } from "../../access/evaluate/evaluate.ts";
import type { Json } from "../../plan/manifest.ts";
import { answers, ask, everybody, secure, to } from "./calls.ts";
import { EDITOR, istio, policy, READER } from "./manifests.ts";

const from = (...principals: string[]): Json => [{ source: { principals } }];
const deny = (rule: Json) => [everybody, policy("DENY", [rule])];

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
    [{ values: ["news"] }, { "x-team": ["news", "evil"] }, true],
    [{ values: ["news"] }, { "x-team": ["evil", "news"] }, true],
    [{ values: ["news"] }, { "x-team": "evil", "X-Team": "news" }, true],
    [{ values: ["news"] }, { "x-team": "news,evil" }, false],
    [{ values: ["news,evil"] }, { "x-team": ["news", "evil"] }, false],
    [{ notValues: ["news"] }, { "x-team": ["evil", "news"] }, false],
    [{ values: ["*"] }, { "x-team": [] }, false],
  ] satisfies [Json, NonNullable<Probe["headers"]>, boolean][])(
    "take the header %j of %j: %s",
    (condition, headers, taken) => {
      const when = [{ key: "request.headers[x-Team]", ...condition }];
      expect(answers(deny({ when }), { headers })).toBe(taken ? "forbidden" : "allowed");
    },
  );

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

  it.each([
    [{}, "allowed"],
    [{ aud: "egress" }, "allowed"],
    [{ aud: ["shop", "egress"] }, "allowed"],
    [{ aud: "shop" }, "forbidden"],
    [{ aud: [] }, "forbidden"],
    [{ aud: "egress", iss: "https://other.example.com" }, "unauthorized"],
  ])("come by tokens for the gateway: with %j %s", (own, answer) => {
    const meant = istio("RequestAuthentication", "jwt", {
      jwtRules: [{ issuer, audiences: ["egress", "it"] }],
    });
    expect(answers([meant, everybody], { claims: { ...claims, ...own } })).toBe(answer);
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
