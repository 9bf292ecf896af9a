import { describe, expect, it } from "vitest";
import { kindOf } from "../../plan/kinds.ts";
import { type Manifest, objectKey } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { waveOf } from "../../plan/sync-wave.ts";
import { markersOf, namespacesOf } from "../../rollout/gate/markers.ts";
import { ownedBy, ownObjects } from "../../rollout/ownership.ts";
import { unionOf } from "../../rollout/union.ts";
import { environmentOf, STACKS } from "../stacks.ts";

const planned = STACKS.map((file) => planEnvironment(environmentOf(file)));
const dev = planEnvironment(environmentOf("stacks/dev.yaml"));
const manifests = dev.map(({ manifest }) => manifest);
const applied = (environment: string) =>
  dev.map((object) => ({ manifest: ownedBy(environment, object).manifest, resourceVersion: "1" }));

describe("planned objects", () => {
  it("are of kinds that are found again", () => {
    for (const { manifest } of planned.flat()) expect(kindOf(manifest).kind).toBe(manifest.kind);
    expect(() => kindOf({ apiVersion: "v1", kind: "Secret" })).toThrow("plan/kinds.ts");
  });

  it("tell their wave to Argo CD and to the next rollout", () => {
    for (const { wave, manifest } of planned.flat()) expect(waveOf(manifest)).toBe(wave);
    const numbers = manifests.map(({ metadata }) => metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
    expect(numbers).toEqual([...numbers].sort());
    expect(new Set(numbers).size).toBeGreaterThan(4);
  });
});

describe("what is an environment's", () => {
  it("is what was written for it", () => {
    const both = [...applied("dev").slice(0, 3), ...applied("other").slice(3)];
    const wanted = dev.slice(0, 3).map((object) => ownedBy("dev", object));
    expect(ownObjects("dev", both, wanted)).toEqual(both.slice(0, 3));
  });

  it("can't be another's too", () => {
    const wanted = dev.map((object) => ownedBy("dev", object));
    expect(() => ownObjects("dev", applied("other"), wanted)).toThrow(/belongs to the environment other/);
  });
});

describe("the markers of a stage", () => {
  const hop = manifests.find(({ kind }) => kind === "DestinationRule");
  const sidecar = manifests.find(({ kind }) => kind === "Sidecar");
  const policy = manifests.find(({ kind }) => kind === "AuthorizationPolicy");
  const keys = (changed: readonly (Manifest | undefined)[]) =>
    markersOf(
      changed.flatMap((manifest) => manifest ?? []),
      [...manifests, ...manifests],
    ).map(objectKey);

  it("are the hops of its gateways and a filter beside each, each once", () => {
    const both = ["EnvoyFilter/egress/egress-forward-443", "DestinationRule/egress/egress-hop"];
    expect(keys([policy])).toEqual(both);
    expect(keys([policy, hop])).toEqual(both);
  });

  it("are the Sidecars that it writes", () => {
    expect(keys([sidecar])).toEqual([sidecar === undefined ? "" : objectKey(sidecar)]);
  });

  it("concern the namespaces that see them", () => {
    expect(hop && namespacesOf(hop)).toEqual(["news", "payments"]);
    expect(sidecar && namespacesOf(sidecar)).toEqual([sidecar?.metadata.namespace]);
  });
});

it("an object that comes back with its keys in another order is the same", () => {
  const policy = (rule: object): Manifest =>
    ({
      apiVersion: "v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "one" },
      spec: { rules: [rule] },
    }) as Manifest;
  const [one, other] = [policy({ from: [], to: [] }), policy({ to: [], from: [] })];
  expect(unionOf(one, other)).toEqual(other);
});
