import { describe, expect, it } from "vitest";
import type { Written } from "../../cluster/objects.ts";
import { waveGates } from "../../components/wave-gates.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { waveOf } from "../../plan/sync-wave.ts";
import { environmentOf } from "../stacks.ts";

const planned = planEnvironment(environmentOf("stacks/lab/hosts.yaml"));
const inWave = (wave: string, namespace: string): Manifest => {
  const found = planned.find((one) => one.wave === wave && one.manifest.metadata.namespace === namespace);
  if (found === undefined) throw new Error(`no ${wave} in ${namespace}`);
  return found.manifest;
};
const namesOf = (before: readonly Written[]) => before.map(({ manifest: { metadata } }) => metadata.name);

/** Gates that tell what each was opened for, and end when they are told to. */
function watched() {
  const opened: string[][] = [];
  let finish = (): void => {};
  const gates = waveGates((before) => {
    opened.push(namesOf(before));
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const note = (manifest: Manifest) => gates.note({ manifest, resourceVersion: "1" });
  return { gates, opened, note, finish: () => finish() };
}

describe("gates between waves", () => {
  const registry = inWave("registry", "hosts-egress");
  const routes = inWave("routes", "hosts-egress");
  const mesh = inWave("mesh", "hosts-egress");
  const others = inWave("registry", "hosts-second");

  it("let a gateway's wave wait for what was written of its waves before, and for nothing else", () => {
    const { gates, opened, note } = watched();
    for (const manifest of [registry, others, routes]) note(manifest);
    void gates.before(routes);
    void gates.before(mesh);
    expect(opened).toEqual([[registry.metadata.name], [registry.metadata.name, routes.metadata.name]]);
  });

  it("let lockdown wait for all gateways", () => {
    const { gates, opened, note } = watched();
    for (const manifest of [registry, others]) note(manifest);
    const lockdown = inWave("lockdown", "hosts-client");
    expect(waveOf(lockdown)).toBe("lockdown");
    void gates.before(lockdown);
    expect(opened).toEqual([[registry.metadata.name, others.metadata.name]]);
  });

  it("hold every object of a wave until the one gate of that wave has ended", async () => {
    const { gates, opened, note, finish } = watched();
    note(registry);
    let through = 0;
    const all = [gates.before(routes), gates.before(routes)].map((gate) => gate.then(() => through++));
    await new Promise(setImmediate);
    expect([opened.length, through]).toEqual([1, 0]);
    finish();
    await Promise.all(all);
    expect(through).toBe(2);
  });

  it("fail what stands behind one that fails", async () => {
    const gates = waveGates(() => Promise.reject(new Error("egress/a lags")));
    gates.note({ manifest: registry, resourceVersion: "1" });
    await expect(gates.before(routes)).rejects.toThrow("egress/a lags");
  });
});
