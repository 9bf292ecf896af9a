import { expect, it } from "vitest";
import { connect } from "../../cluster/client.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { unfinished } from "../../rollout/gate/deployments.ts";
import { apiServer } from "../cluster/api-server.ts";

const deployment: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "egress", namespace: "egress" },
};
/** One new pod beside the old one, which stays until the new one is ready. */
const live = {
  ...deployment,
  spec: { replicas: 1, selector: { matchLabels: { gateway: "egress" } } },
  status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1, replicas: 2 },
};
const ready = { type: "Ready", status: "True" };
const not = { type: "Ready", status: "False", message: "containers with unready status: [istio-proxy]" };
const unscheduled = {
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message: "0/3 nodes are available: 3 Insufficient cpu.",
};
const pod = (name: string, status: object, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  status,
});
const old = pod("egress-old", { conditions: [ready] });
const waiting = {
  name: "istio-proxy",
  state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
};
const initializing = { name: "main", state: { waiting: { reason: "PodInitializing" } } };

it.each([
  ["has no node", [old, pod("egress-new", { conditions: [unscheduled] })], "can't be scheduled: 0/3 nodes"],
  [
    "does not start",
    [old, pod("egress-new", { conditions: [not], containerStatuses: [initializing, waiting] })],
    "waits for its container istio-proxy: no such image",
  ],
  ["is not ready", [old, pod("egress-new", { conditions: [not] })], "is not ready: containers with unready"],
  ["was just made", [old, pod("egress-new", { phase: "Pending" })], "is not ready: Pending"],
])("a new pod that %s is named, and not the old one that stays for it", async (_, items, why) => {
  const { access } = await apiServer((request) => ({ body: request.endsWith("/pods") ? { items } : live }));
  expect(await unfinished(connect(access), [deployment])).toEqual([
    { who: "egress/egress-new", why: expect.stringContaining(why), fix: expect.stringContaining("describe") },
  ]);
});

it("old pods that end are told as such where all others are ready", async () => {
  const ending = pod("egress-old", { conditions: [not] }, { deletionTimestamp: "2026-11-21T12:00:00Z" });
  const items = [ending, pod("egress-new", { conditions: [ready] })];
  const { access } = await apiServer((request) => ({ body: request.endsWith("/pods") ? { items } : live }));
  expect(await unfinished(connect(access), [deployment])).toMatchObject([
    { who: "Deployment/egress/egress", why: "still has 1 old pods" },
  ]);
});
