import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { connect } from "../../cluster/client.ts";
import { applyObject, removeObject } from "../../cluster/objects.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { kubectl } from "../../walk/kubectl.ts";
import { environmentOf, STACKS } from "../stacks.ts";
import { onCluster, programOf } from "./cluster.ts";

describe("every manifest", () => {
  const cluster = onCluster();
  const access = cluster?.access ?? {};

  it.each(STACKS)("of %s is taken by the API server", { timeout: 120_000 }, async (file) => {
    const objects = planned(file);
    const config = connect(access);
    const homes = namespacesOf(objects.map(({ manifest }) => manifest));
    for (const home of homes) await applyObject(config, home);
    try {
      for (const { manifest } of objects) await applyObject(config, manifest, true);
    } finally {
      for (const home of homes) await removeObject(config, home);
      const { run } = kubectl(programOf(cluster, "kubectl"), access);
      for (const { metadata } of homes)
        await run(["wait", "--for=delete", `namespace/${metadata.name}`, "--timeout=60s"]);
    }
  });

  it.each(STACKS)("of %s is analysed by Istio without an error", { timeout: 120_000 }, async (file) => {
    const { stdout } = await execa(
      programOf(cluster, "istioctl"),
      ["analyze", "--use-kube=false", "--output=json", "-"],
      { input: renderStream(planned(file)), reject: false, timeout: 60_000 },
    );
    const messages = JSON.parse(stdout) as { level: string; message: string }[];
    expect(messages.filter(({ level }) => level === "Error")).toEqual([]);
  });
});

function planned(file: string) {
  return planEnvironment(environmentOf(file));
}

/** The namespaces that a dry run needs to find, but for those that are always there. */
function namespacesOf(manifests: readonly Manifest[]): Manifest[] {
  const names = new Set(manifests.map(({ metadata }) => metadata.namespace ?? "default"));
  return [...names]
    .filter((name) => !["default", "kube-system"].includes(name))
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}
