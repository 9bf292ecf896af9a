import { describe, expect, it } from "vitest";
import { POOL_LABEL } from "../../plan/labels.ts";
import { markPatch, unmarkPatch } from "../../plan/nodes/marks.ts";

const ours = { key: POOL_LABEL, value: "egress", effect: "NoSchedule" };
const theirs = { key: "example.com/gpu", value: "yes", effect: "NoSchedule" };

describe("marking a node", () => {
  it("keeps other owners' taints and tests that they have not changed", () => {
    expect(markPatch({ labels: {}, taints: [theirs] }, "egress")).toEqual([
      { op: "test", path: "/spec/taints", value: [theirs] },
      { op: "add", path: "/spec/taints", value: [theirs, ours] },
      { op: "add", path: "/metadata/labels/egress.sallyport.dev~1pool", value: "egress" },
    ]);
  });

  it("does nothing to a node that is marked already", () => {
    expect(markPatch({ labels: { [POOL_LABEL]: "egress" }, taints: [theirs, ours] }, "egress")).toEqual([]);
  });

  it("takes off our marks alone", () => {
    expect(unmarkPatch({ labels: { [POOL_LABEL]: "egress" }, taints: [theirs, ours] })).toEqual([
      { op: "test", path: "/spec/taints", value: [theirs, ours] },
      { op: "add", path: "/spec/taints", value: [theirs] },
      { op: "remove", path: "/metadata/labels/egress.sallyport.dev~1pool" },
    ]);
    expect(unmarkPatch({ labels: {}, taints: [theirs] })).toEqual([]);
  });
});
