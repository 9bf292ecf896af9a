import { describe, expect, it } from "vitest";
import type { Probe } from "../../access/evaluate/evaluate.ts";
import { explainCall } from "../../access/evaluate/explain.ts";
import { waysIn } from "../../access/matrix/ways.ts";
import { completeHosts } from "../../model/complete.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { EVERY_KIND, gateway as planned } from "../plan/hosts.ts";
import { plan } from "../plan/random-rules.ts";
import { EDITOR, gateway, policy, READER } from "./manifests.ts";

const call: Probe = { principal: READER, host: "one.example.com", port: 80, scheme: "http" };
const LABELS = { app: "egress" };
const everybody = policy("ALLOW", [{ to: [{ operation: { ports: ["10080", "8080", "10443"] } }] }], "all");
const network = (name: string, spec: Json, namespace = "egress"): Manifest => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace },
  spec,
});
const explain = (objects: readonly Manifest[], probe: Partial<Probe> = {}) =>
  explainCall([...gateway(), ...objects], { ...call, ...probe });
const last = (objects: readonly Manifest[], probe: Partial<Probe> = {}) =>
  explain(objects, probe).steps.at(-1);

describe("an explanation", () => {
  it("has each part of the way with its object", () => {
    expect(explain([everybody]).steps.map(({ at, passes, object }) => [at, passes, object])).toEqual([
      ["lockdown", true, undefined],
      ["sidecar", true, "VirtualService/egress/mesh"],
      ["hop", true, "DestinationRule/egress/hop"],
      ["gateway", true, "Gateway/egress/egress"],
      ["policy", true, "AuthorizationPolicy/egress/all"],
      ["route", true, "VirtualService/egress/gateway"],
      ["upstream", true, "ServiceEntry/egress/outside"],
    ]);
  });

  it.each<[string, readonly Manifest[], Partial<Probe>, object]>([
    [
      "a sidecar that knows no such host",
      [everybody],
      { host: "three.example.com" },
      { at: "sidecar", object: "Sidecar/news/lockdown" },
    ],
    [
      "a sidecar that cuts TLS",
      [everybody],
      { host: "three.example.com", port: 443, scheme: "https" },
      { at: "sidecar" },
    ],
    [
      "TLS where HTTP is spoken",
      [everybody],
      { scheme: "https" },
      { at: "sidecar", says: /HTTP is spoken on port 80/ },
    ],
    [
      "a denial",
      [everybody, policy("DENY", [{}])],
      {},
      { at: "policy", object: "AuthorizationPolicy/egress/deny", rule: 0 },
    ],
    ["nobody's word", [policy("ALLOW", [])], {}, { at: "policy", says: /none is for this host/ }],
    [
      "a route that is not there",
      [everybody],
      { port: 8080, authority: "one.example.com.:8080" },
      { at: "route", says: /no route/ },
    ],
    [
      "a network that does not let the caller out",
      [everybody, network("shut", { podSelector: {}, policyTypes: ["Egress"] }, "news")],
      {},
      { at: "hop", object: "NetworkPolicy/news/shut" },
    ],
    [
      "a network that does not let the gateway take it",
      [everybody, network("shut", { podSelector: { matchLabels: LABELS } })],
      {},
      { at: "hop", object: "NetworkPolicy/egress/shut" },
    ],
    [
      "a network that does not let the gateway out",
      [everybody, network("shut", { podSelector: {}, policyTypes: ["Egress"] })],
      {},
      { at: "upstream", object: "NetworkPolicy/egress/shut" },
    ],
  ])("ends with what refuses: %s", (_, objects, probe, decider) => {
    const { says, ...step } = decider as { says?: RegExp };
    const found = last(objects, probe);
    expect(found).toMatchObject({ passes: false, ...step });
    if (says !== undefined) expect(found?.says).toMatch(says);
    expect(["allowed", "direct", "unknown"]).not.toContain(explain(objects, probe).answer);
  });

  it("says in what the nearest rule differs", () => {
    const operation = { hosts: ["one.example.com"], ports: ["10080"], paths: ["/a"], methods: ["GET"] };
    const rule = (principal: string): Json => ({
      from: [{ source: { principals: [principal] } }],
      to: [{ operation }],
    });
    const rules = policy("ALLOW", [rule(EDITOR), rule(READER)]);
    expect(last([rules], { path: "/b" })).toMatchObject({
      rule: 1,
      says: expect.stringContaining("another path"),
    });
    expect(last([rules], { path: "/b", method: "POST" })?.says).toMatch(
      /another method and path|another path and method/,
    );
    expect(last([policy("ALLOW", [rule(EDITOR)])], { path: "/a" })?.says).toMatch(/another caller$/);
  });

  it("tells of rules on trial and of authorizers, and goes on", () => {
    const trial = policy("DENY", [{}], "trial", { "istio.io/dry-run": "true" });
    const custom = policy("CUSTOM", [{}], "ask");
    const { answer, steps } = explain([everybody, trial, custom]);
    expect(answer).toBe("allowed");
    expect(steps.filter(({ at }) => at === "policy").map(({ object, says }) => [object, says])).toEqual([
      [
        "AuthorizationPolicy/egress/ask",
        "asks the authorizer iam, whose answer decides: only what it lets pass goes on",
      ],
      ["AuthorizationPolicy/egress/trial", "is on trial: were it enforced, it would refuse this"],
      ["AuthorizationPolicy/egress/all", "allows it"],
    ]);
  });

  it("says that a call goes past every gateway, and what refuses that", () => {
    const elsewhere = { principal: "cluster.local/ns/shop/sa/cart" };
    expect(explain([everybody], elsewhere)).toMatchObject({ answer: "direct" });
    const shut = network("shut", { podSelector: {}, policyTypes: ["Egress"] }, "shop");
    expect(explain([everybody, shut], elsewhere).answer).toBe("unavailable");
    expect(explain([everybody, shut], { ...elsewhere, scheme: "https", port: 443 }).answer).toBe("closed");
    expect(last([everybody, shut], elsewhere)).toMatchObject({
      at: "lockdown",
      passes: false,
      object: "NetworkPolicy/shop/shut",
    });
  });

  it("does not decide by a network that it can't tell", () => {
    const some = network(
      "some",
      { podSelector: { matchLabels: { a: "b" } }, policyTypes: ["Egress"] },
      "news",
    );
    const { answer, unsure } = explain([everybody, some]);
    expect(answer).toBe("allowed");
    expect(unsure).toEqual([expect.stringContaining("NetworkPolicy/news/some")]);
  });
});

describe("how the gateway speaks to a host", () => {
  const allow = [{ from: { namespace: "news" } }];
  const hosts = completeHosts(
    EVERY_KIND.map((host) => ({ ...host, allow })),
    planned,
  );
  const manifests = plan(hosts).map(({ manifest }) => manifest);
  const upstream = (probe: Partial<Probe>) => {
    const { answer, steps } = explainCall(manifests, { ...call, ...probe });
    expect(answer).toBe("allowed");
    return steps.filter(({ at }) => at === "upstream").map(({ says }) => says);
  };

  it.each<[Partial<Probe>, string, number, to?: string]>([
    [{ host: "a.example.com" }, "speaks plain HTTP to the host", 80],
    [
      { host: "a.example.com", port: 443, scheme: "https" },
      "carries the application's own TLS to the host, unopened",
      443,
    ],
    [{ host: "a.example.com", port: 8080 }, "speaks TLS to the host, and verifies its certificate", 8443],
    [
      { host: "b.example.com" },
      "speaks TLS to the host, shows a client certificate (Secret one), and verifies its certificate",
      443,
    ],
    [{ host: "c.example.com" }, "speaks TLS to the host, and verifies its certificate (Secret ca)", 443],
    [
      { host: "198.51.100.1", port: 5432, scheme: "tcp" },
      "carries the application's bytes to the host as they are",
      5432,
      "198.51.100.1",
    ],
  ])("%j: %s, port %i", (probe, says, port, to = "the outside") => {
    expect(upstream(probe)).toEqual([says, `lets the gateway call ${to} on port ${port}`]);
  });
});

describe("an address that the gateway's NetworkPolicy leaves out", () => {
  const allow = [{ from: { namespace: "news" } }];
  const ranges = ["10.1.2.0/24", "fd00:1:2:3::/64"];
  const open = { ...planned, reachPrivate: ranges };
  const addresses = ["198.51.100.1/32", ...ranges];
  const hosts = completeHosts([{ host: "db.example.com", tls: "tcp", port: 5432, addresses, allow }], open);
  const manifests = (reachPrivate: readonly string[]) =>
    plan(hosts, { ...planned, reachPrivate: [...reachPrivate] }).map(({ manifest }) => manifest);
  const answer = (address: string, ...reachPrivate: string[]) =>
    explainCall(manifests(reachPrivate), { ...call, host: address, port: 5432, scheme: "tcp" });

  it.each([
    ["198.51.100.1", [], "allowed"],
    ["10.1.2.3", [], "closed"],
    ["10.1.2.3", ranges, "allowed"],
    ["10.1.2.3", ["10.1.2.4/32"], "closed"],
    ["fd00:1:2:3::4", [], "closed"],
    ["fd00:1:2:3::4", ranges, "allowed"],
  ])("%s with reachPrivate %j: %s", (address, reachPrivate, expected) => {
    const { answer: given, steps, unsure } = answer(address, ...reachPrivate);
    expect([given, unsure]).toEqual([expected, []]);
    expect(steps.at(-1)).toEqual({
      at: "upstream",
      passes: expected === "allowed",
      object: "NetworkPolicy/egress/egress-outside",
      says: `${expected === "allowed" ? "lets" : "does not let"} the gateway call ${address} on port 5432`,
    });
  });

  // As seen on the lab: the sidecar's listener for the port sends the rest to the port's own name.
  it("is cut where nobody declared it, also where what is not registered may leave", () => {
    const { answer: given, steps } = answer("198.51.100.2", ...ranges);
    expect([given, steps.at(-1)]).toEqual([
      "closed",
      {
        at: "sidecar",
        passes: false,
        says: "cuts what is called on port 5432 at other addresses than those declared",
      },
    ]);
  });

  it("has no row among those who may call", () => {
    const reached = (...reachPrivate: string[]) =>
      waysIn(manifests(reachPrivate)).reachable.map(({ host: name }) => name);
    expect(reached()).toEqual(["198.51.100.1"]);
    expect(reached(...ranges)).toEqual(["10.1.2.*", "198.51.100.1", "[fd00:1:2:3:*"]);
  });
});
