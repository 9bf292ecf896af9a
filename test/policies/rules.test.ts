import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readObjects } from "../../access/manifests/read.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { gatewayNodes } from "../../policies/gateway-nodes.ts";
import { hopIdentity } from "../../policies/hop-identity.ts";
import { knownForm } from "../../policies/known-form.ts";
import { lockdownKept } from "../../policies/lockdown-kept.ts";
import type { Expected, Rule } from "../../policies/rule.ts";
import { RULES } from "../../policies/rules.ts";
import { scopedExport } from "../../policies/scoped-export.ts";
import { verifiedOrigination } from "../../policies/verified-origination.ts";
import { environmentOf, STACKS } from "../stacks.ts";

const manifestsOf = (file: string) => planEnvironment(environmentOf(file)).map(({ manifest }) => manifest);

/** What breaks a rule, as `kind/namespace/name path`. */
function broken(rule: Rule, manifests: readonly Manifest[], expected: Expected = {}): string[] {
  return rule
    .find(readObjects(manifests), expected, manifests)
    .map(({ object, path }) => [object, path].join(" ").trimEnd());
}

/** Manifests of the namespace `news`, written as apiVersion/kind, name and spec. */
function written(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const { kind, name = "one", labels = {}, ...rest } = document.toJS();
    const cut = kind.lastIndexOf("/");
    return {
      apiVersion: kind.slice(0, cut),
      kind: kind.slice(cut + 1),
      metadata: { name, namespace: "news", labels },
      ...rest,
    };
  });
}

describe("every rule", () => {
  it.each(STACKS.filter((file) => file !== "stacks/lab/hosts.yaml"))("holds in %s", (file) => {
    for (const rule of RULES) expect(broken(rule, manifestsOf(file))).toEqual([]);
  });

  it("holds in stacks/lab/hosts.yaml but for the one host that is declared without verification", () => {
    const manifests = manifestsOf("stacks/lab/hosts.yaml");
    const found = RULES.flatMap((rule) => broken(rule, manifests).map((one) => `${rule.name} ${one}`));
    expect(found).toEqual([
      expect.stringMatching(
        /^verified-origination DestinationRule\/hosts-egress\/\S+ spec\S+\.insecureSkipVerify$/,
      ),
    ]);
  });

  it("has a name and a description of its own", () => {
    expect(new Set(RULES.flatMap(({ name, description }) => [name, description])).size).toBe(
      2 * RULES.length,
    );
  });
});

const GATEWAY = `
kind: networking.istio.io/v1/Gateway
name: way-out
spec:
  selector: { app: way-out }
  servers:
    - { port: { number: 443, name: tls, protocol: TLS }, hosts: [edition.cnn.com], tls: { mode: ISTIO_MUTUAL } }
---
kind: networking.istio.io/v1/VirtualService
spec:
  hosts: [edition.cnn.com]
  exportTo: [.]
  gateways: [mesh, way-out]
  tls:
    - match: [{ gateways: [mesh], port: 443, sniHosts: [edition.cnn.com] }]
      route: [{ destination: { host: way-out } }]
    - match: [{ gateways: [way-out], port: 443, sniHosts: [edition.cnn.com] }]
      route: [{ destination: { host: edition.cnn.com } }]
`;
const hopRule = (trafficPolicy: string, host = "way-out.news.svc.cluster.local") => `${GATEWAY}---
kind: networking.istio.io/v1/DestinationRule
spec: { host: "${host}", trafficPolicy: ${trafficPolicy} }`;

describe(hopIdentity.name, () => {
  it.each([
    ["with identity on both sides", hopRule("{ tls: { mode: ISTIO_MUTUAL } }")],
    ["with a wildcard that says nothing", hopRule("{ connectionPool: {} }", "*.local")],
    [
      "to a gateway for calls from outside, whose callers have none",
      `
kind: networking.istio.io/v1/Gateway
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]`,
    ],
  ])("holds %s", (_, text) => expect(broken(hopIdentity, written(text))).toEqual([]));

  const rule = "DestinationRule/news/one spec.trafficPolicy";
  it.each([
    [
      "a gateway that lets TLS through",
      GATEWAY.replace("mode: ISTIO_MUTUAL", "mode: PASSTHROUGH"),
      "Gateway/news/way-out spec.servers[0].tls.mode",
    ],
    [
      "a gateway in plain text",
      GATEWAY.replace(", tls: { mode: ISTIO_MUTUAL }", ""),
      "Gateway/news/way-out spec.servers[0].tls.mode",
    ],
    [
      "Istio's own gateway, by its label",
      GATEWAY.split("---")[0]
        ?.replace("app: way-out", "istio: egressgateway")
        .replace("ISTIO_MUTUAL", "SIMPLE") ?? "",
      "Gateway/news/way-out spec.servers[0].tls.mode",
    ],
    ["sidecars with TLS of their own", hopRule("{ tls: { mode: SIMPLE } }"), `${rule}.tls.mode`],
    ["sidecars without", hopRule("{ tls: { mode: DISABLE } }"), `${rule}.tls.mode`],
    ["a rule that leaves it to Istio", hopRule("{ connectionPool: {} }"), `${rule}.tls.mode`],
    ["a wildcard that takes it off", hopRule("{ tls: { mode: DISABLE } }", "*.local"), `${rule}.tls.mode`],
    [
      "a port's own settings, which take the place of all others",
      hopRule("{ tls: { mode: ISTIO_MUTUAL }, portLevelSettings: [{ port: { number: 443 } }] }"),
      `${rule}.portLevelSettings[0].tls.mode`,
    ],
  ])("refuses %s", (_, text, at) => expect(broken(hopIdentity, written(text))).toEqual([at]));
});

const upstream = (tls: string, entry = "") => `
kind: networking.istio.io/v1/DestinationRule
spec: { host: api.example.com, exportTo: [.], trafficPolicy: { tls: ${tls} } }
${entry}`;
const entryOf = (fields: string) => `---
kind: networking.istio.io/v1/ServiceEntry
spec: { hosts: [api.example.com], ${fields} }`;
const HTTPS = "ports: [{ number: 443, name: https, protocol: HTTPS }]";

describe(verifiedOrigination.name, () => {
  it.each([
    ["where Istio compares each request's name", upstream("{ mode: SIMPLE }", entryOf(HTTPS))],
    [
      "with names of its own",
      upstream("{ mode: MUTUAL, sni: a.example.com, subjectAltNames: [a.example.com] }"),
    ],
    [
      "with the entry's names",
      upstream("{ mode: SIMPLE, sni: a }", entryOf(`${HTTPS}, subjectAltNames: [a]`)),
    ],
    [
      "where the host is looked up by request",
      upstream("{ mode: SIMPLE, sni: a }", entryOf(`${HTTPS}, resolution: DYNAMIC_DNS`)),
    ],
    ["where nobody originates TLS", upstream("{ mode: DISABLE }")],
    ["in the mesh's own TLS", upstream("{ mode: ISTIO_MUTUAL, sni: a }")],
  ])("holds %s", (_, text) => expect(broken(verifiedOrigination, written(text))).toEqual([]));

  const tls = "DestinationRule/news/one spec.trafficPolicy.tls";
  it.each([
    [
      "no verification",
      upstream("{ mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a] }"),
      `${tls}.insecureSkipVerify`,
    ],
    [
      "a fixed SNI without names",
      upstream("{ mode: SIMPLE, sni: api.example.com }", entryOf(HTTPS)),
      `${tls}.sni`,
    ],
    [
      "bytes without names",
      upstream("{ mode: MUTUAL }", entryOf("ports: [{ number: 5432, name: tcp, protocol: TCP }]")),
      tls,
    ],
    [
      "a subset's own settings",
      upstream("{ mode: SIMPLE }").replace(
        "exportTo",
        "subsets: [{ name: v1, trafficPolicy: { tls: { mode: SIMPLE, sni: a } } }], exportTo",
      ),
      "DestinationRule/news/one spec.subsets[0].trafficPolicy.tls.sni",
    ],
  ])("refuses %s", (_, text, at) => expect(broken(verifiedOrigination, written(text))).toEqual([at]));
});

describe(scopedExport.name, () => {
  const route = (fields: string) => `kind: networking.istio.io/v1/VirtualService\nspec: { ${fields} }`;
  it.each([
    ["for named namespaces", route("hosts: [edition.cnn.com], exportTo: [news, sports]")],
    ["for hosts inside", route("hosts: [reviews, reviews.news.svc.cluster.local]")],
    ["at a gateway, where sidecars see no route", route("hosts: [shop.example.com], gateways: [front/door]")],
    ["for entries inside the mesh", entryOf(`${HTTPS}, location: MESH_INTERNAL`).slice(4)],
    [
      "for rules of the whole mesh",
      'kind: networking.istio.io/v1/DestinationRule\nspec: { host: "*.local" }',
    ],
  ])("holds %s", (_, text) => expect(broken(scopedExport, written(text))).toEqual([]));

  it.each([
    [
      "a route for all",
      route('hosts: [edition.cnn.com], exportTo: ["*"]'),
      "VirtualService/news/one spec.exportTo",
    ],
    ["a route that says nothing", route("hosts: [edition.cnn.com]"), "VirtualService/news/one spec.exportTo"],
    ["an entry that says nothing", entryOf(HTTPS).slice(4), "ServiceEntry/news/one spec.exportTo"],
    [
      "an entry for all beside others",
      entryOf(`${HTTPS}, exportTo: [news, "*"]`).slice(4),
      "ServiceEntry/news/one spec.exportTo",
    ],
    [
      "a rule that says nothing",
      upstream("{ mode: SIMPLE }").replace("exportTo: [.], ", ""),
      "DestinationRule/news/one spec.exportTo",
    ],
  ])("refuses %s", (_, text, at) => expect(broken(scopedExport, written(text))).toEqual([at]));
});

describe(lockdownKept.name, () => {
  const NAMESPACES = { namespaces: ["news", "payments"] };
  const dev = manifestsOf("stacks/dev.yaml");
  const own = "/news/sallyport-lockdown";
  /** The environment with another spec for an object of it. */
  const changed = (kind: string, spec: Record<string, unknown>) =>
    dev.map((manifest) =>
      objectKey(manifest) === `${kind}${own}`
        ? ({ ...manifest, spec: { ...Object(manifest.spec), ...spec } } as Manifest)
        : manifest,
    );

  it("holds where it stands, beside policies that name what they open", () => {
    const beside = written(
      "kind: networking.k8s.io/v1/NetworkPolicy\nspec: { egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }",
    );
    expect(broken(lockdownKept, [...dev, ...beside], NAMESPACES)).toEqual([]);
  });

  it("holds where the mesh itself lets nobody go where nobody registered, which the Sidecar need not say", () =>
    expect(broken(lockdownKept, changed("Sidecar", { outboundTrafficPolicy: {} }), NAMESPACES)).toEqual([]));

  it("misses the whole lockdown where the namespaces are expected, as a stack's policy sees no removal", () => {
    const rest = dev.filter(({ metadata }) => metadata.namespace !== "news");
    expect(broken(lockdownKept, rest)).toEqual([]);
    expect(broken(lockdownKept, rest, NAMESPACES)).toEqual([`NetworkPolicy${own}`]);
  });

  it("misses the boundary where another part of the lockdown is left", () => {
    const rest = dev.filter((manifest) => objectKey(manifest) !== `NetworkPolicy${own}`);
    expect(broken(lockdownKept, rest)).toEqual([`NetworkPolicy${own}`]);
  });

  it.each([
    ["NetworkPolicy", { podSelector: { matchLabels: { locked: "true" } } }, "spec.podSelector"],
    ["NetworkPolicy", { policyTypes: ["Ingress"] }, "spec.policyTypes"],
    ["NetworkPolicy", { egress: [{ ports: [{ port: 443 }] }] }, "spec.egress[0].to"],
    ["Sidecar", { outboundTrafficPolicy: { mode: "ALLOW_ANY" } }, "spec.outboundTrafficPolicy.mode"],
  ])("refuses that the %s becomes wider: %j", (kind, spec, path) =>
    expect(broken(lockdownKept, changed(kind, spec))).toEqual([`${kind}${own} ${path}`]),
  );

  it.each([
    [
      "to every address",
      "networking.k8s.io/v1/NetworkPolicy",
      "{ egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }] }",
      "NetworkPolicy/news/one spec.egress[0].to",
    ],
    [
      "to half of them",
      "networking.k8s.io/v1/NetworkPolicy",
      "{ egress: [{ to: [{ ipBlock: { cidr: 128.0.0.0/1 } }] }] }",
      "NetworkPolicy/news/one spec.egress[0].to",
    ],
    [
      "to every address of IPv6",
      "networking.k8s.io/v1/NetworkPolicy",
      "{ egress: [{ to: [{ ipBlock: { cidr: '2000::/3' } }] }] }",
      "NetworkPolicy/news/one spec.egress[0].to",
    ],
    [
      "for some pods' sidecars",
      "networking.istio.io/v1/Sidecar",
      "{ workloadSelector: { labels: { app: one } } }",
      "Sidecar/news/one spec.outboundTrafficPolicy.mode",
    ],
  ])("refuses that others open it %s", (_, kind, spec, at) =>
    expect(broken(lockdownKept, [...dev, ...written(`kind: ${kind}\nspec: ${spec}`)])).toEqual([at]),
  );
});

describe(gatewayNodes.name, () => {
  const deployment = (spec: string) => `
kind: apps/v1/Deployment
spec: { template: { metadata: { labels: { istio: egressgateway } }, spec: { ${spec} } } }`;
  const LABEL = "egress.sallyport.dev/pool";
  const tolerations = `tolerations: [{ key: ${LABEL}, value: egress }]`;
  const POOL = { pool: "egress" };

  it.each([
    ["by a node selector", deployment(`nodeSelector: { ${LABEL}: egress }, ${tolerations}`), POOL],
    ["where there are no nodes of its own", deployment(""), {}],
    ["for what is no gateway", deployment("").replace("egressgateway", "ingressgateway"), POOL],
  ])("holds %s", (_, text, expected) => expect(broken(gatewayNodes, written(text), expected)).toEqual([]));

  const path = "Deployment/news/one spec.template.spec";
  it.each([
    ["one that runs anywhere", "", [`${path}.affinity`, `${path}.tolerations`]],
    ["one of another pool", `nodeSelector: { ${LABEL}: other }, ${tolerations}`, [`${path}.affinity`]],
    ["one that its nodes keep off", `nodeSelector: { ${LABEL}: egress }`, [`${path}.tolerations`]],
    [
      "one that may also run elsewhere",
      `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: ${LABEL}, operator: In, values: [egress] }] }, { matchExpressions: [{ key: spot, operator: Exists }] }] } } }, ${tolerations}`,
      [`${path}.affinity`],
    ],
  ])("refuses %s", (_, spec, at) =>
    expect(broken(gatewayNodes, written(deployment(spec)), POOL)).toEqual(at),
  );

  it.each(["stacks/staging.yaml", "stacks/prod.yaml"])("knows the pool that %s brings", (file) => {
    const beside = written(deployment(""));
    expect(broken(gatewayNodes, [...manifestsOf(file), ...beside])).toHaveLength(2);
  });
});

describe(knownForm.name, () => {
  it.each([
    ["a text for a list", "{ hosts: api.example.com }", "spec.hosts"],
    ["nothing behind a key", "{ hosts: [api.example.com], exportTo: }", "spec.exportTo"],
  ])("refuses %s, which another rule would not see", (_, spec, at) => {
    const text = `kind: networking.istio.io/v1/ServiceEntry\nspec: ${spec}`;
    const manifests = written(text);
    expect(broken(scopedExport, manifests)).toEqual([]);
    const [violation] = knownForm.find(readObjects(manifests), {}, manifests);
    expect(violation).toMatchObject({ object: "ServiceEntry/news/one", why: expect.stringContaining(at) });
  });
});
