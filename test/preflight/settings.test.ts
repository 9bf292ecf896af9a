import { describe, expect, it } from "vitest";
import {
  ENVIRONMENT,
  environmentWith,
  found,
  istiod,
  meshConfig,
  NOTHING,
  namespace,
  object,
  SETTINGS,
  SOUND,
} from "./situations.ts";

const spaces = [namespace("news"), namespace("shop")];
const plane = istiod(SETTINGS);

it("a sound cluster gives nothing", () => {
  expect(found([])).toEqual(NOTHING);
});

describe("istiod", () => {
  const of = (...planes: ReturnType<typeof istiod>[]) => [...spaces, meshConfig("{}"), ...planes];

  it("needs both settings, as it reads them itself", () => {
    const { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: scope, ...filter } = SETTINGS;
    expect(found([], ENVIRONMENT, of(istiod(filter))).problems).toEqual([
      expect.stringMatching(/^2:7 mesh: istiod runs without PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true/),
    ]);
    expect(found([], ENVIRONMENT, of(istiod({ PILOT_SCOPE_GATEWAY_TO_NAMESPACE: scope }))).problems).toEqual([
      expect.stringContaining("without PILOT_FILTER_GATEWAY_CLUSTER_CONFIG=true"),
    ]);
    expect(
      found([], ENVIRONMENT, of(istiod({ ...SETTINGS, PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: "yes" })))
        .problems,
    ).toHaveLength(1);
  });

  it("is the declared revision's, by its name or by a tag", () => {
    const blue = istiod(SETTINGS, "blue");
    const green = istiod({}, "green");
    const of = (...planes: ReturnType<typeof istiod>[]) => [
      ...[namespace("news", { "istio.io/rev": "blue" }), namespace("shop", { "istio.io/rev": "blue" })],
      meshConfig("{}", "istio-blue"),
      meshConfig("{}", "istio-green"),
      ...planes,
    ];
    const declared = (revision: string) => environmentWith("", undefined, `{ revision: ${revision} }`);
    expect(found([], declared("blue"), of(blue, green))).toEqual(NOTHING);
    expect(found([], declared("green"), of(blue, green)).problems).toHaveLength(2);
    expect(found([], ENVIRONMENT, of(blue, green)).problems).toEqual([
      expect.stringContaining("istio-system has no istiod of revision default: there is blue, green"),
    ]);
    expect(found([], ENVIRONMENT, of(blue))).toEqual(NOTHING);
    expect(found([], declared("blue"), of(green)).problems).toEqual([
      expect.stringContaining("istio-system has no istiod of revision blue: there is green"),
    ]);
    const tag = object("MutatingWebhookConfiguration", "/tag", {
      labels: { "istio.io/tag": "default", "istio.io/rev": "blue" },
    });
    expect(found([tag], ENVIRONMENT, of(blue, green))).toEqual(NOTHING);
  });

  it("that is elsewhere is told, as its settings can't be seen", () => {
    const { problems, warnings } = found([], ENVIRONMENT, of());
    expect(warnings).toEqual([expect.stringContaining("there is no istiod in istio-system")]);
    expect(problems).toEqual([]);
  });

  it("is told where it is older than what was tried", () => {
    const warnings = (image: string) =>
      found([], ENVIRONMENT, of(istiod(SETTINGS, "default", image))).warnings;
    expect(warnings("docker.io/istio/pilot:1.27.3-distroless")).toEqual([
      expect.stringContaining("istiod is 1.27.3-distroless, older than what this was tried with (1.31)"),
    ]);
    for (const image of ["pilot:1.31.0", "pilot:2.0.0", "localhost:5000/pilot:lab", "localhost:5000/pilot"])
      expect(warnings(image)).toEqual([]);
  });
});

describe("the mesh's configuration", () => {
  const under = (text: string, file = ENVIRONMENT) => found([], file, [...spaces, plane, meshConfig(text)]);

  it("has the declared trust domain, or an alias of it", () => {
    expect(under("trustDomain: example.com").problems).toEqual([
      expect.stringContaining("2:7 mesh.trustDomain: the mesh's trust domain is example.com"),
    ]);
    expect(under("trustDomain: example.com\ntrustDomainAliases: [cluster.local]")).toEqual(NOTHING);
    const declared = environmentWith("", undefined, "{ trustDomain: example.com }");
    expect(under("trustDomain: example.com", declared)).toEqual(NOTHING);
    expect(under("{}", declared).problems).toEqual([
      expect.stringMatching(/^2:22 mesh\.trustDomain: the mesh's trust domain is cluster\.local/),
    ]);
  });

  it("has the declared policy for unknown hosts", () => {
    expect(under("outboundTrafficPolicy: { mode: REGISTRY_ONLY }").warnings).toEqual([
      expect.stringContaining("the mesh has outboundTrafficPolicy REGISTRY_ONLY, the file ALLOW_ANY"),
    ]);
    const closed = environmentWith("", undefined, "{ outboundTrafficPolicy: REGISTRY_ONLY }");
    expect(under("{}", closed).problems).toEqual([
      expect.stringContaining(
        "the mesh has outboundTrafficPolicy ALLOW_ANY, the file REGISTRY_ONLY: sidecars",
      ),
    ]);
    expect(under("outboundTrafficPolicy: { mode: REGISTRY_ONLY }", closed)).toEqual(NOTHING);
  });

  it("shows Services to all, by default", () => {
    expect(under('defaultServiceExportTo: ["."]').problems).toEqual([
      expect.stringContaining("so that callers do not see the gateways' Services"),
    ]);
    expect(under('defaultServiceExportTo: ["*"]')).toEqual(NOTHING);
  });

  it("discovers the gateways' and the callers' namespaces", () => {
    expect(under("discoverySelectors: [{ matchLabels: { istio-injection: enabled } }]").problems).toEqual([
      expect.stringContaining("discoverySelectors leave out egress,"),
    ]);
    const both =
      "discoverySelectors: [{ matchLabels: { istio-injection: enabled } }, { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: In, values: [egress] }] }]";
    expect(under(both)).toEqual(NOTHING);
    const not =
      "discoverySelectors: [{ matchExpressions: [{ key: istio-injection, operator: NotIn, values: [enabled] }] }]";
    expect(under(not).problems).toEqual([expect.stringContaining("leave out news and shop,")]);
  });

  it("that is not there, or no YAML, is Istio's own", () => {
    expect(found([], ENVIRONMENT, [...spaces, plane]).warnings).toEqual([
      expect.stringContaining("there is no ConfigMap istio-system/istio"),
    ]);
    expect(under("a: [")).toEqual(NOTHING);
  });
});

describe("what can't be looked at", () => {
  it("is told: kinds that are not there in one problem, rights that lack one by one", () => {
    const v1 = "networking.istio.io/v1";
    const absent = [
      { apiVersion: v1, kind: "Sidecar" },
      { apiVersion: v1, kind: "Gateway" },
    ];
    expect(found([], ENVIRONMENT, SOUND, { absent })).toEqual({
      problems: [`1:14 cluster: its API has no ${v1} Sidecar, ${v1} Gateway`],
      warnings: [],
    });
    const forbidden = [
      { apiVersion: v1, kind: "Sidecar" },
      { apiVersion: "v1", kind: "ConfigMap", namespace: "istio-system" },
      { apiVersion: "v1", kind: "Secret", namespace: "egress", name: "authority" },
      { apiVersion: "apps/v1", kind: "Deployment", namespace: "istio-system" },
      { apiVersion: "v1", kind: "Namespace" },
    ];
    const { problems, warnings } = found([], ENVIRONMENT, [], { forbidden });
    expect(problems).toEqual([]);
    expect(
      warnings.map((warning) => warning.replace(/^1:14 cluster: this user may not (.*), so .*/, "$1")),
    ).toEqual([
      "get the Secret authority in egress",
      "list apps/v1 Deployment in istio-system",
      "list networking.istio.io/v1 Sidecar",
      "list v1 ConfigMap in istio-system",
      "list v1 Namespace",
    ]);
  });
});
