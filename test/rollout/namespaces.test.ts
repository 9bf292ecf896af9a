import { describe, expect, it } from "vitest";
import type { Head } from "../../cluster/heads.ts";
import { MANAGED } from "../../plan/labels.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { keptLine, namespacesMissing, othersAmong } from "../../rollout/namespaces.ts";
import { environmentOf } from "../stacks.ts";

const writes = planEnvironment(environmentOf("stacks/dev.yaml")).map(({ manifest }) => manifest);

describe("namespaces that are missing", () => {
  it("are none where all are there or are written", () => {
    expect(namespacesMissing(writes, ["news", "payments"])).toEqual(new Map());
    expect(namespacesMissing([], [])).toEqual(new Map());
  });

  it("are named, each with what would be written there", () => {
    const missing = namespacesMissing(writes, ["news"]);
    expect([...missing.keys()]).toEqual(["payments"]);
    const inPayments = writes.filter(({ metadata }) => metadata.namespace === "payments");
    expect(missing.get("payments")).toHaveLength(inPayments.length);
    expect(missing.get("payments")?.[0]).toMatch(/^[A-Z]\w+\/payments\//);
  });
});

describe("a namespace's objects of others", () => {
  const head = (kind: string, name: string, more: object = {}): Head => ({
    kind,
    metadata: { name, ...more },
  });

  it("are what people put there", () => {
    expect(
      othersAmong([
        head("Secret", "client"),
        head("Deployment", "web", { labels: { "app.kubernetes.io/managed-by": "Helm" } }),
        head("Pod", "debug"),
        head("Secret", "kube-root-ca.crt"),
      ]),
    ).toEqual(["Secret/client", "Deployment/web", "Pod/debug", "Secret/kube-root-ca.crt"]);
  });

  it("are not what the cluster, Sallyport or another object made", () => {
    expect(
      othersAmong([
        head("ConfigMap", "kube-root-ca.crt"),
        head("ConfigMap", "istio-ca-root-cert"),
        head("Deployment", "egress", { labels: { ...MANAGED, more: "labels" } }),
        head("Pod", "egress-1", { ownerReferences: [{ kind: "ReplicaSet" }] }),
      ]),
    ).toEqual([]);
  });

  it("are told with the namespace, the first few of many", () => {
    const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "egress" } };
    expect(keptLine(namespace, ["Secret/a"])).toBe("Namespace/egress is kept: it has Secret/a");
    expect(keptLine(namespace, ["Secret/a", "Secret/b", "Secret/c", "Secret/d"])).toBe(
      "Namespace/egress is kept: it has Secret/a, Secret/b, Secret/c and 1 more",
    );
  });
});
