import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseStreams } from "../../cluster/istiod.ts";
import type { Pod } from "../../cluster/pods.ts";
import { rolloutLag } from "../../rollout/gate/deployments.ts";
import { type Lag, lacksRoutesAlone, lagsIn } from "../../rollout/gate/lag.ts";

const streams = parseStreams(readFileSync(`${import.meta.dirname}/../cluster/recorded/syncz.json`, "utf8"));
const second = (time: string) => Date.parse(`2026-11-21T${time}Z`);
const settled = { warmingClusters: 0, warmingListeners: 0, drainingChains: 0, drainingListeners: 0 };

function pod(proxy: string, more: Partial<Pod> = {}): Pod {
  const [name = "", namespace = ""] = proxy.split(".");
  return { name, namespace, life: "", running: true, ready: true, ending: false, graceSeconds: 30, ...more };
}
const REFUSING = pod("probe-665b48665f-2pxx9.probe");
const STARTING = pod("hdocs-egress-bf5646f75-989zk.hdocs-egress");
const FINE = pod("sleep-857566c9b5-srs5t.gate-app");

function lags(since: string, sidecars: readonly Pod[], gateways: readonly Pod[] = []): readonly Lag[] {
  const sight = {
    istiods: [{ since: second(since), streams }],
    gateways: gateways.map((pod) => ({ pod, envoy: settled })),
    sidecars,
  };
  return lagsIn(sight, true);
}

describe("who lags", () => {
  it("is nobody who took a push of that second or later", () => {
    expect(lags("18:55:35", [FINE])).toEqual([]);
  });

  it("is who took an older one, with its time", () => {
    expect(lags("18:55:36", [FINE])).toMatchObject([
      { who: "gate-app/sleep-857566c9b5-srs5t", why: "was sent no Listener since 2026-11-21T18:55:35Z" },
    ]);
  });

  it("is who refused it, with Envoy's words", () => {
    expect(lags("18:26:00", [REFUSING])[0]?.why).toMatch(/refuses Listener .*No overload found/);
  });

  it("is not who refused a later one after it took this one", () => {
    expect(lags("18:25:19", [REFUSING])).toEqual([]);
  });

  it("is who was sent no listener at all, or is not connected", () => {
    expect(lags("18:55:35", [STARTING])[0]?.why).toBe("was sent no Listener since it connected");
    expect(lags("18:55:35", [pod("new.gate-app")])[0]?.why).toBe("is connected to no istiod");
  });

  it("may be who lacks routes alone, if it has a use for them", () => {
    const deliveries = new Map(streams[2]?.deliveries);
    const old = { sent: "2026-11-21T18:00:00Z/1", acked: "2026-11-21T18:00:00Z/1" };
    const since = second("18:55:35");
    expect(lacksRoutesAlone({ since, deliveries })).toBe(false);
    expect(lacksRoutesAlone({ since, deliveries: deliveries.set("RouteConfiguration", old) })).toBe(true);
    expect(lacksRoutesAlone({ since, deliveries: deliveries.set("Listener", old) })).toBe(false);
  });

  it("is who asked for routes and was not sent them yet", () => {
    const [stream] = streams.slice(2);
    const deliveries = new Map(stream?.deliveries).set("RouteConfiguration", {});
    const istiods = [{ since: second("18:55:35"), streams: [{ proxy: stream?.proxy ?? "", deliveries }] }];
    expect(lagsIn({ istiods, gateways: [], sidecars: [FINE] }, false)[0]?.why).toBe(
      "was sent no RouteConfiguration since it connected",
    );
  });

  it("is no sidecar that is not ready or ends, but a gateway as long as its Envoy runs", () => {
    const away = { ready: false, ending: true };
    expect(lags("18:55:36", [pod("gone.gate-app", away)])).toEqual([]);
    expect(lags("18:55:36", [pod("gone.gate-app", { ready: false })])).toEqual([]);
    expect(lags("18:55:36", [], [pod("gone.gate-app", away)])).toHaveLength(1);
    expect(lags("18:55:36", [], [pod("gone.gate-app", { ...away, running: false })])).toEqual([]);
  });

  it("is told by the newest of a proxy's streams, at whatever istiod", () => {
    const sight = { gateways: [], sidecars: [FINE] };
    const [old, fresh] = [
      { since: second("18:55:36"), streams },
      { since: second("18:55:35"), streams },
    ];
    expect(lagsIn({ ...sight, istiods: [old, fresh] }, false)).toEqual([]);
    expect(lagsIn({ ...sight, istiods: [old, old] }, false)).toHaveLength(1);
  });

  it("is a gateway that still waits, can't be asked, or still drains where that counts", () => {
    const at = (envoy: Parameters<typeof lagsIn>[0]["gateways"][number]["envoy"], drained: boolean) =>
      lagsIn(
        {
          istiods: [{ since: second("18:55:35"), streams }],
          gateways: [{ pod: FINE, envoy }],
          sidecars: [],
        },
        drained,
      ).map(({ why }) => why);
    expect(at({ ...settled, warmingClusters: 2 }, false)[0]).toContain("2 clusters");
    expect(at({ ...settled, warmingListeners: 1 }, false)).toHaveLength(1);
    expect(at("no answer within 5 s", false)).toEqual(["can't be asked: no answer within 5 s"]);
    expect(at({ ...settled, drainingChains: 1 }, false)).toEqual([]);
    expect(at({ ...settled, drainingChains: 1 }, true)[0]).toContain("1 filter chains");
    expect(at({ ...settled, drainingListeners: 1 }, true)).toHaveLength(1);
  });
});

describe("a Deployment", () => {
  const done = { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2, replicas: 2 };
  it.each([
    ["is not seen", { ...done, observedGeneration: 1 }, "has not been seen by its controller"],
    ["lacks new pods", { ...done, updatedReplicas: 1 }, "has 1 of 2 new pods"],
    ["has old pods", { ...done, replicas: 3 }, "still has 1 old pods"],
    ["is not ready", { ...done, availableReplicas: 0 }, "has 0 of 2 pods ready"],
    ["is done", done, undefined],
  ])("that %s", (_, status, why) => {
    expect(rolloutLag({ metadata: { generation: 2 }, spec: { replicas: 2 }, status })).toBe(why);
  });
});
