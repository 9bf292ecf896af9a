import { describe, expect, it } from "vitest";
import { found, istiod, meshConfig, NOTHING, namespace, object, SETTINGS, SOUND } from "./situations.ts";

const GATEWAY = { "egress.sallyport.dev/gateway": "egress" };
const SELECTOR = { matchLabels: GATEWAY };
const rest = [namespace("news"), namespace("shop"), meshConfig("{}")];
const unscoped = [...rest, istiod({ ...SETTINGS, PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "false" })];
const gateway = (path: string, selector?: Record<string, string>) =>
  object("Gateway", path, { spec: selector === undefined ? {} : { selector } });

/** An admission policy about Istio's Gateways that names our label. */
const admission = (
  validationActions: string[],
  resources = ["gateways"],
  expression = `"${Object.keys(GATEWAY)}"`,
) => [
  object("ValidatingAdmissionPolicy", "/foreign-gateways", {
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: ["networking.istio.io"], resources }] },
      validations: [{ expression }],
    },
  }),
  object("ValidatingAdmissionPolicyBinding", "/foreign-gateways", {
    spec: { policyName: "foreign-gateways", validationActions },
  }),
];

describe("a foreign Gateway that selects our pods", () => {
  it("attaches from any namespace, where nothing keeps it away", () => {
    for (const selector of [GATEWAY, undefined]) {
      const { problems } = found([gateway("other/in", selector)], undefined, unscoped);
      expect(problems).toHaveLength(2);
      expect(problems[0]).toContain("mesh: istiod runs without PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true");
      expect(problems[1]).toMatch(/^4:3 gateway egress: Gateway other\/in selects the gateway's pods/);
    }
    expect(found([gateway("other/in", { istio: "ingress" })], undefined, unscoped).problems).toHaveLength(1);
  });

  it("attaches from the gateway's own namespace alone, where istiod scopes", () => {
    expect(found([gateway("other/in", GATEWAY)])).toEqual(NOTHING);
    expect(found([gateway("egress/in", GATEWAY)]).problems).toHaveLength(1);
  });

  it("or where an admission policy in force forbids it", () => {
    const policed = (...policy: Parameters<typeof admission>) =>
      found([gateway("other/in", GATEWAY), ...admission(...policy)], undefined, unscoped).problems.length;
    expect(policed(["Deny"])).toBe(0);
    expect(policed(["Warn"])).toBe(2);
    expect(policed(["Deny"], ["sidecars"])).toBe(2);
    expect(policed(["Deny"], ["gateways"], "true")).toBe(2);
  });
});

describe("at the gateway", () => {
  it("a foreign VirtualService adds routes", () => {
    const route = (path: string, gateways: string[]) =>
      object("VirtualService", path, { spec: { gateways } });
    for (const name of ["egress", "egress/egress"])
      expect(found([route("egress/more", [name])]).problems).toEqual([
        expect.stringContaining("gateway egress: VirtualService egress/more adds routes to the gateway"),
      ]);
    expect(found([route("egress/more", ["other"]), route("other/more", ["egress/egress"])])).toEqual(NOTHING);
  });

  it("a foreign policy that allows lets others through, one that denies refuses", () => {
    const policy = (path: string, spec: object) =>
      object("AuthorizationPolicy", path, { spec: { rules: [{}], ...spec } });
    const opens = expect.stringContaining("lets whom it names through the gateway to any host");
    expect(found([policy("egress/p", {})]).problems).toEqual([opens]);
    expect(found([policy("egress/p", { selector: SELECTOR, action: "ALLOW" })]).problems).toEqual([opens]);
    expect(found([policy("istio-system/p", {})]).problems).toEqual([opens]);
    const refuses = expect.stringContaining("(DENY) can refuse calls at the gateway that are granted");
    expect(found([policy("egress/p", { action: "DENY" })]).problems).toEqual([refuses]);
    expect(found([policy("istio-system/p", { action: "DENY" })]).warnings).toEqual([refuses]);
    const away = [
      policy("egress/a", { selector: { matchLabels: { app: "other" } } }),
      policy("egress/b", { action: "AUDIT" }),
      policy("egress/c", { rules: [] }),
      policy("istio-system/d", { targetRefs: [{ kind: "Gateway" }] }),
      policy("other/e", {}),
    ];
    expect(found(away)).toEqual(NOTHING);
  });

  it("a foreign EnvoyFilter changes Envoy", () => {
    const filter = (path: string, context?: string, labels?: Record<string, string>) =>
      object("EnvoyFilter", path, {
        spec: {
          configPatches: [{ match: context === undefined ? {} : { context } }],
          ...(labels === undefined ? {} : { workloadSelector: { labels } }),
        },
      });
    const changes = expect.stringContaining("changes the configuration of the gateway's Envoy");
    expect(found([filter("egress/f", undefined, GATEWAY)]).problems).toEqual([changes]);
    expect(found([filter("istio-system/f", "GATEWAY")]).warnings).toEqual([changes]);
    expect(
      found([
        filter("istio-system/f", "SIDECAR_OUTBOUND"),
        filter("egress/f", "ANY", { app: "other" }),
        filter("news/f"),
      ]),
    ).toEqual(NOTHING);
  });

  it("a second log setting for the pods may win over ours", () => {
    const telemetry = (path: string, spec: object) => object("Telemetry", path, { spec: { ...spec } });
    const accessLogging = [{ disabled: true }];
    expect(found([telemetry("egress/t", { selector: SELECTOR, accessLogging })]).warnings).toEqual([
      expect.stringContaining("gateway egress: Telemetry egress/t turns on Istio's text log"),
    ]);
    expect(
      found([
        telemetry("egress/a", { accessLogging }),
        telemetry("egress/b", { selector: SELECTOR, metrics: [] }),
        telemetry("istio-system/c", { accessLogging }),
      ]),
    ).toEqual(NOTHING);
  });

  it("what an earlier file declared is ours by its label, in the gateway's own namespace alone", () => {
    const labels = { "app.kubernetes.io/managed-by": "sallyport" };
    const policy = (path: string) => object("AuthorizationPolicy", path, { labels, spec: { rules: [{}] } });
    expect(found([policy("egress/old")])).toEqual(NOTHING);
    expect(found([policy("istio-system/old")]).problems).toHaveLength(1);
  });
});

it("the root namespace is the one that the mesh says", () => {
  const base = [namespace("news"), namespace("shop"), istiod(SETTINGS), meshConfig("rootNamespace: roots")];
  const policy = (path: string) => object("AuthorizationPolicy", path, { spec: { rules: [{}] } });
  expect(found([policy("roots/p")], undefined, base).problems).toHaveLength(1);
  expect(found([policy("istio-system/p")], undefined, base)).toEqual(NOTHING);
  expect(found([policy("istio-system/p")], undefined, SOUND).problems).toHaveLength(1);
});
