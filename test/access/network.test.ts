import { describe, expect, it } from "vitest";
import { networkOf } from "../../access/evaluate/network.ts";
import { readObjects } from "../../access/manifests/read.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";

const policy = (name: string, spec: Json, namespace = "news"): Manifest => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace },
  spec,
});
const egress = (name: string, rules: Json, podSelector: Json = {}) =>
  policy(name, { podSelector, policyTypes: ["Egress"], egress: rules });
const toward = (to: Json, port?: Json): Json => [
  { to: [to], ...(port === undefined ? {} : { ports: [{ port }] }) },
];
const inNamespace = (name: string): Json => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});
const GATEWAY = { namespace: "egress", labels: { app: "egress" } };
const NEWS = { namespace: "news" };
const open = (...manifests: Manifest[]) => networkOf(readObjects(manifests)).egress(NEWS, GATEWAY, 10080);
const outside = (...manifests: Manifest[]) => networkOf(readObjects(manifests)).egress(NEWS, "outside", 443);

describe("NetworkPolicies", () => {
  it("leave open what none is for", () => {
    expect(open()).toEqual({ is: "open", by: [] });
    expect(open(policy("in", { podSelector: {}, ingress: [] }))).toEqual({ is: "open", by: [] });
    expect(open(policy("other", { podSelector: {}, policyTypes: ["Egress"] }, "shop")).is).toBe("open");
  });

  it("close what none of theirs lets, and add up", () => {
    const nothing = egress("nothing", []);
    expect(open(nothing)).toEqual({ is: "closed", by: ["NetworkPolicy/news/nothing"] });
    expect(open(nothing, egress("all", [{}]))).toEqual({ is: "open", by: ["NetworkPolicy/news/all"] });
    // Without policyTypes the rules themselves tell.
    expect(open(policy("untyped", { podSelector: {}, egress: [] })).is).toBe("closed");
  });

  it.each<[Json, string]>([
    [inNamespace("egress"), "open"],
    [inNamespace("shop"), "closed"],
    [{ namespaceSelector: {} }, "open"],
    [{ podSelector: { matchLabels: { app: "egress" } } }, "closed"],
    [{ ...(inNamespace("egress") as object), podSelector: { matchLabels: { app: "egress" } } }, "open"],
    [{ ...(inNamespace("egress") as object), podSelector: { matchLabels: { app: "other" } } }, "closed"],
    [{ namespaceSelector: { matchLabels: { team: "net" } } }, "unknown"],
    [{ ipBlock: { cidr: "10.0.0.0/8" } }, "unknown"],
  ])("find the gateway by %j: %s", (peer, is) => {
    expect(open(egress("way", toward(peer))).is).toBe(is);
  });

  it("know a namespace's labels where the namespace is told", () => {
    const namespace = (team: string): Manifest => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "egress", labels: { team } },
    });
    const way = egress("way", toward({ namespaceSelector: { matchLabels: { team: "net" } } }));
    expect(open(way, namespace("net")).is).toBe("open");
    expect(open(way, namespace("web")).is).toBe("closed");
  });

  it.each<[Json, string]>([
    [{ port: 10080 }, "open"],
    [{ port: 10000, endPort: 10100 }, "open"],
    [{ protocol: "UDP" }, "closed"],
    [{ port: 443 }, "closed"],
    [{ port: "http" }, "unknown"],
  ])("look at the port %j: %s", (port, is) => {
    expect(open(egress("way", [{ to: [inNamespace("egress")], ports: [port] }])).is).toBe(is);
  });

  it.each([
    ["In", ["egress"], "open"],
    ["NotIn", ["egress"], "closed"],
    ["Exists", [], "open"],
    ["DoesNotExist", [], "closed"],
  ])("understand the operator %s of %j: %s", (operator, values, is) => {
    const podSelector = { matchExpressions: [{ key: "app", operator, values }] };
    expect(open(egress("way", toward({ namespaceSelector: {}, podSelector }))).is).toBe(is);
  });

  it("of some pods only are said where they could matter", () => {
    const some = (rules: Json) => egress("some", rules, { matchLabels: { app: "reader" } });
    expect(open(some([]))).toEqual({ is: "unknown", by: ["NetworkPolicy/news/some"] });
    expect(open(some([{}])).is).toBe("open");
    expect(open(some([{}]), egress("nothing", []))).toEqual({
      is: "unknown",
      by: ["NetworkPolicy/news/some"],
    });
    expect(open(some([]), egress("nothing", [])).is).toBe("closed");
  });

  it.each([
    ["no range", "unknown"],
    ["0.0.0.0/0", "open"],
    ["::/0", "open"],
    ["10.0.0.0/8", "closed"],
    ["fd00::/8", "closed"],
    ["198.18.0.0/15", "closed"],
    ["8.8.8.0/24", "unknown"],
  ])("take %s for the outside: %s", (cidr, is) => {
    expect(outside(egress("way", toward({ ipBlock: { cidr } }))).is).toBe(is);
  });

  it.each<[string, Json, string]>([
    ["198.51.100.1", { ipBlock: { cidr: "0.0.0.0/0" } }, "open"],
    ["10.1.2.3", { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }, "closed"],
    ["11.1.2.3", { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }, "open"],
    ["10.1.2.3", { ipBlock: { cidr: "0.0.0.0/0", except: ["no range"] } }, "unknown"],
    ["10.1.2.3", { ipBlock: { cidr: "10.1.0.0/16" } }, "open"],
    ["10.1.2.3", { ipBlock: { cidr: "::/0" } }, "closed"],
    ["fd00::1", { ipBlock: { cidr: "::/0", except: ["fc00::/7"] } }, "closed"],
    ["10.1.2.3", inNamespace("egress"), "unknown"],
  ])("are asked about the address %s by %j: %s", (address, peer, is) => {
    const { egress: ask } = networkOf(readObjects([egress("way", toward(peer))]));
    expect(ask(NEWS, { address }, 443).is).toBe(is);
  });

  it("are asked at the gateway's end too", () => {
    const from = (source: Json) =>
      policy(
        "in",
        { podSelector: { matchLabels: { app: "egress" } }, ingress: [{ from: [source] }] },
        "egress",
      );
    const taken = (manifest: Manifest) => networkOf(readObjects([manifest])).ingress(GATEWAY, NEWS, 10080).is;
    expect(taken(from(inNamespace("news")))).toBe("open");
    expect(taken(from(inNamespace("shop")))).toBe("closed");
    expect(
      taken(from({ ...(inNamespace("news") as object), podSelector: { matchLabels: { a: "b" } } })),
    ).toBe("unknown");
  });
});
