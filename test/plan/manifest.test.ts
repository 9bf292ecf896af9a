import { expect, it } from "vitest";
import { inRolloutOrder, type PlannedObject } from "../../plan/manifest.ts";

const object = (name: string, wave: PlannedObject["wave"], apiVersion = "v1"): PlannedObject => ({
  wave,
  manifest: { apiVersion, kind: "Service", metadata: { name, namespace: "egress" } },
});

it("puts waves in their order, and leaves a wave's own order", () => {
  const ordered = inRolloutOrder([object("c", "mesh"), object("b", "gateway"), object("a", "gateway")]);
  expect(ordered.map(({ manifest }) => manifest.metadata.name)).toEqual(["b", "a", "c"]);
});

it("refuses two objects that a cluster can't tell apart, and no others", () => {
  const [one, other] = [object("a", "gateway"), object("a", "routes")];
  expect(() => inRolloutOrder([one, other])).toThrow(
    "two declarations would both be planned as v1 Service/egress/a",
  );
  expect(inRolloutOrder([one, object("a", "routes", "serving/v1")])).toHaveLength(2);
});
