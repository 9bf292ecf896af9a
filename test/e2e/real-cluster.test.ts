import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../cluster/client.ts";
import { applyObject, removeObject } from "../../cluster/objects.ts";
import type { LabStarted } from "../../lab/lab.ts";
import { readState } from "../../lab/state/state.ts";
import { loadEnvironment } from "../../model/index.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { walkDocument004 } from "../../walk/walk-004.ts";
import { endLab, LAB_LIMIT, noLabBecause, startLab } from "./lab.ts";

const FILES = ["stacks/dev.yaml", "stacks/staging.yaml", "stacks/prod.yaml", "stacks/lab/004.yaml"];
const reason = noLabBecause();
if (reason !== undefined) process.stderr.write(`end-to-end tests skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)("on a real cluster", () => {
  let lab: LabStarted | undefined;
  beforeAll(async () => {
    lab = await startLab();
  }, LAB_LIMIT);
  afterAll(() => endLab(lab), 120_000);

  it.each(FILES)("the API server and Istio take every manifest of %s", { timeout: 120_000 }, async (file) => {
    const objects = planned(file);
    const config = connect({ kubeconfig: lab?.kubeconfig ?? "" });
    const homes = namespacesOf(objects.map(({ manifest }) => manifest));
    for (const home of homes) await applyObject(config, home);
    try {
      for (const { manifest } of objects) await applyObject(config, manifest, true);
    } finally {
      for (const home of homes) await removeObject(config, home);
      for (const home of homes) await gone(lab?.kubeconfig ?? "", home.metadata.name);
    }
    const { bin = "" } = (await readState()) ?? {};
    const analysis = await execa(
      join(bin, "istioctl"),
      ["analyze", "--use-kube=false", "--output=json", "-"],
      {
        input: renderStream(objects),
        reject: false,
        timeout: 60_000,
      },
    );
    const messages = JSON.parse(analysis.stdout || "[]") as { level: string; message: string }[];
    expect(messages.filter(({ level }) => level === "Error")).toEqual([]);
  });

  it("walks document 004 with every row as expected", { timeout: 15 * 60_000 }, async () => {
    const rows = await walkDocument004((line) =>
      process.stdout.write(typeof line === "string" ? `${line}\n` : `  ${line.step}: ${line.got}\n`),
    );
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter(({ passed }) => !passed)).toEqual([]);
  });
});

function planned(file: string) {
  const { environment } = loadEnvironment(file);
  if (environment === undefined) throw new Error(`${file} does not load`);
  return planEnvironment(environment);
}

/** The namespaces that a dry run needs to find, but for those that are always there. */
function namespacesOf(manifests: readonly Manifest[]): Manifest[] {
  const names = new Set(manifests.map(({ metadata }) => metadata.namespace ?? "default"));
  return [...names]
    .filter((name) => !["default", "kube-system"].includes(name))
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

async function gone(kubeconfig: string, namespace: string): Promise<void> {
  const { bin = "" } = (await readState()) ?? {};
  const wait = ["wait", "--for=delete", `namespace/${namespace}`, "--timeout=60s"];
  await execa(join(bin, "kubectl"), [`--kubeconfig=${kubeconfig}`, ...wait], { timeout: 70_000 });
}
