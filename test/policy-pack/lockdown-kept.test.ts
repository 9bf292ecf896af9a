import { describe, expect, it } from "vitest";
import { type Manifest, objectKey } from "../../plan/manifest.ts";
import { lockdownKept } from "../../policy-pack/lockdown-kept.ts";
import { broken, manifestsOf, written } from "./manifests.ts";

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
