import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseTransition } from "../../cluster/envoy.ts";
import { parseStore, parseStreams, storeKey } from "../../cluster/istiod.ts";
import { appliedBy, type ManagedObject } from "../../cluster/managed-fields.ts";
import { pushTime } from "../../rollout/gate/lag.ts";

/** Answers of a real istiod, Envoy and API server. */
const recorded = (name: string) => readFileSync(`${import.meta.dirname}/recorded/${name}`, "utf8");

describe("istiod's answers", () => {
  it("tell each object's version, whatever version of its API it is in", () => {
    const versions = parseStore(recorded("configz.json"));
    const policy = JSON.parse(recorded("configz.json"))[0];
    expect(versions.get(storeKey({ ...policy, apiVersion: "security.istio.io/v1beta1" }))).toMatch(/^\d+$/);
    expect(versions.get(storeKey({ ...policy, apiVersion: "other.example.com/v1" }))).toBeUndefined();
  });

  it("tell what each proxy was sent, took and refused", () => {
    const [refusing, starting, fine] = parseStreams(recorded("syncz.json"));
    expect(refusing?.proxy).toBe("probe-665b48665f-2pxx9.probe");
    expect(refusing?.deliveries.get("Listener")?.lastError).toContain("lowerAscii");
    expect([...(starting?.deliveries.keys() ?? [])]).not.toContain("Listener");
    const { sent, acked } = fine?.deliveries.get("RouteConfiguration") ?? {};
    expect(sent).toBe(acked);
  });

  it("name a push by the second in which it began", () => {
    expect(pushTime("2026-11-21T18:27:19Z/1151f264a7-5bae-4124-be23-bef5bcfc9409")).toBe(
      Date.UTC(2026, 10, 21, 18, 27, 19),
    );
    expect(pushTime("2026-11-21T19:27:19+01:00/7")).toBe(Date.UTC(2026, 10, 21, 18, 27, 19));
    expect(pushTime("51f264a7-5bae-4124-be23-bef5bcfc9409")).toBeNaN();
  });
});

describe("Envoy's answer", () => {
  const answer = [
    "cluster_manager.warming_clusters: 1",
    "listener_manager.total_filter_chains_draining: 2",
    "listener_manager.total_listeners_draining: 0",
    "listener_manager.total_listeners_warming: 3",
    "",
  ];

  it("tells what is under way", () => {
    expect(parseTransition(answer.join("\n"))).toEqual({
      warmingClusters: 1,
      drainingChains: 2,
      drainingListeners: 0,
      warmingListeners: 3,
    });
  });

  it("is refused if a counter is missing, which would else look like none", () => {
    expect(() => parseTransition(answer.slice(1).join("\n"))).toThrow("warming_clusters");
  });
});

describe("what a manager applied of an object", () => {
  const service = JSON.parse(recorded("service.json")) as ManagedObject;

  it("is the manifest without defaults and others' fields", () => {
    expect(appliedBy(service, "sallyport")).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "gatea",
        namespace: "gate-egress",
        labels: {
          "app.kubernetes.io/managed-by": "sallyport",
          "egress.sallyport.dev/environment": "gate-a",
          "egress.sallyport.dev/gateway": "gatea",
        },
        annotations: { "argocd.argoproj.io/sync-wave": "2" },
      },
      spec: {
        type: "ClusterIP",
        selector: { "egress.sallyport.dev/gateway": "gatea" },
        ports: [
          { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" },
          { name: "http-80", port: 80, targetPort: 10080, protocol: "TCP" },
          { name: "tls-443", port: 443, targetPort: 10443, protocol: "TCP" },
        ],
      },
    });
  });

  it("leaves out the marks of gates", () => {
    const rule = JSON.parse(recorded("destination-rule.json")) as ManagedObject;
    expect(rule.metadata.annotations).toHaveProperty(["egress.sallyport.dev/gate"]);
    const applied = appliedBy(rule, "sallyport");
    expect(applied?.metadata.annotations).toEqual({ "argocd.argoproj.io/sync-wave": "3" });
    expect(applied?.metadata.labels).not.toHaveProperty(["internal.istio.io/always-push"]);
    expect(applied?.spec).toEqual(rule.spec);
  });

  it("is nothing for another manager", () => {
    expect(appliedBy(service, "pulumi-kubernetes")).toBeUndefined();
  });

  it("holds the entries of a list by their keys and of a set by their values", () => {
    const object: ManagedObject = {
      apiVersion: "v1",
      kind: "Thing",
      metadata: {
        name: "one",
        managedFields: [
          {
            manager: "us",
            operation: "Apply",
            fieldsV1: {
              "f:spec": {
                "f:ports": { 'k:{"port":80}': { ".": {}, "f:port": {} } },
                "f:names": { 'v:"ours"': {} },
                "f:volume": { ".": {} },
              },
            },
          },
        ],
      } as ManagedObject["metadata"],
      spec: {
        ports: [{ port: 80, nodePort: 30080 }, { port: 81 }],
        names: ["theirs", "ours"],
        volume: { theirs: true },
      },
    };
    expect(appliedBy(object, "us")?.spec).toEqual({ ports: [{ port: 80 }], names: ["ours"], volume: {} });
  });
});
