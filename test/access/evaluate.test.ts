import { describe, expect, it } from "vitest";
import { evaluate } from "../../access/evaluate/evaluate.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { answers, ask, call, everybody, secure, to } from "./calls.ts";
import { gateway, istio, policy } from "./manifests.ts";

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

  it("is two Envoys, and each resolves dots", () => {
    const rules = [policy("ALLOW", [{ to: to({ paths: ["/health", "/public/*"] }) }])];
    const asked = (path: string) => answers(rules, { path });
    for (const path of ["/x/..;/health", "/public/page", "/public/..%5cprivate", "/public/..%3b/private"])
      expect(asked(path), path).toBe("allowed");
    for (const path of ["/public/..;/private", "/public/%2e%2e;/private", "/public\\..;/private"])
      expect(asked(path), path).toBe("forbidden");
  });

  it("finds a host whatever its capitals and its port", () => {
    for (const authority of ["ONE.example.com", "one.example.com:80", "one.example.com:22"])
      expect(answers([everybody], { authority })).toBe("allowed");
    expect(answers([everybody], { authority: "one.example.com." })).toBe("unknown-host");
    // By a registered host's absolute name the request goes on, and the gateway has no route for it.
    expect(answers([everybody], { port: 8080, authority: "one.example.com.:8080" })).toBe("not-found");
  });

  it("takes, on a port other than 80, every host of a VirtualService that has one registered there", () => {
    const answerOn8080 = (authority: string, hosts: readonly string[]) => {
      const objects = gateway().map((object): Manifest => {
        const { hosts: own = [] } = object.spec as { hosts?: readonly string[] };
        if (object.metadata.name === "registered")
          return { ...object, spec: { ...(object.spec as object), hosts: ["port-8080.internal"] } };
        if (object.metadata.name !== "mesh") return object;
        return { ...object, spec: { ...(object.spec as object), hosts: [...own, ...hosts] } };
      });
      return evaluate([...objects, everybody], { ...call, port: 8080, authority }).answer;
    };
    expect(answerOn8080("one.example.com:8080", ["port-8080.internal"])).toBe("allowed");
    // Not registered itself, it is known by that one name alone.
    expect(answerOn8080("one.example.com.:8080", ["port-8080.internal"])).toBe("unknown-host");
    expect(answerOn8080("one.example.com:8080", [])).toBe("unknown-host");
  });

  it("takes a wildcard only where nothing under it is registered, and else that alone", () => {
    const answerAt = (host: string, ...registered: string[]) => {
      const wildcard = (object: Manifest): Manifest => {
        const { hosts } = object.spec as { hosts?: readonly string[] };
        const isRoute = object.kind === "VirtualService" && hosts?.includes("one.example.com");
        return isRoute
          ? { ...object, spec: { ...(object.spec as object), hosts: ["*.example.com"] } }
          : object;
      };
      const ports = [{ number: 80, protocol: "HTTP" }];
      const entries = registered.map((name) => istio("ServiceEntry", "theirs", { hosts: [name], ports }));
      const objects = [...gateway().map(wildcard), ...entries, everybody];
      return evaluate(objects, { ...call, host, authority: host }).answer;
    };
    expect(answerAt("one.example.com")).toBe("allowed");
    expect(answerAt("one.example.com", "two.example.com")).toBe("unknown-host");
    expect(answerAt("two.example.com", "two.example.com")).toBe("allowed");
    expect(answerAt("one.example.com", "*.two.example.com")).toBe("unknown-host");
    expect(answerAt("one.example.com", "example.com")).toBe("allowed");
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

  it("look at each value of a header that is sent several times", () => {
    const team = { "x-team": { exact: "news" } };
    const http = [{ name: "news", match: [{ port: 80, headers: team }], route: out }];
    const sent = (...values: string[]) =>
      evaluate(without(route(http)), { ...call, headers: { "X-Team": values } }).answer;
    expect([sent("news"), sent("shop", "news"), sent("shop"), sent("shop,news"), sent()]).toEqual([
      "allowed",
      "allowed",
      "not-found",
      "not-found",
      "not-found",
    ]);
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
    [
      "an authorizer",
      policy("CUSTOM", [{ to: to({ paths: ["/*"] }) }]),
      /^whether the authorizer iam, asked/,
    ],
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
