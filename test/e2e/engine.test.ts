import { rmSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../cluster/client.ts";
import { applyObject, removeObject } from "../../cluster/objects.ts";
import { findEngine } from "../../deploy/engine.ts";
import { POOL_LABEL } from "../../plan/labels.ts";
import { type Manifest, objectKey, type Wave } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { kubectl } from "../../walk/kubectl.ts";
import { environmentOf } from "../stacks.ts";
import { onCluster, programOf } from "./cluster.ts";
import { envoysOf } from "./envoys.ts";
import { declareStack, hostOf, pulumiProject } from "./project.ts";

const STACK = "engine";
const file = `stacks/${STACK}.yaml`;
const NEWS: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "engine-news" } };
const engine = await findEngine();
if (engine.command === undefined) process.stderr.write(`engine tests are skipped: ${engine.missing}\n`);

describe("pulumi up of infra/ with the real engine", { timeout: 300_000 }, () => {
  const cluster = onCluster("lab");
  const access = cluster?.access ?? {};
  const { run } = kubectl(programOf(cluster, "kubectl"), access);
  beforeEach(({ skip }) => skip(engine.command === undefined, engine.missing));

  let project: string;
  let stack: Stack;
  /** Writes the stack's environment file; on the gateway's first nodes unless told otherwise. */
  const declare = (change: object = {}) =>
    declareStack(project, STACK, {
      nodes: { provider: "existing", selector: { "lab.sallyport.dev/pool": "egress" } },
      ...change,
    });

  beforeAll(async () => {
    if (engine.command === undefined || cluster === undefined) return;
    project = pulumiProject();
    await applyObject(connect(access), NEWS);
    stack = await LocalWorkspace.createOrSelectStack(
      { stackName: STACK, workDir: project },
      {
        pulumiCommand: engine.command,
        envVars: {
          PULUMI_BACKEND_URL: `file://${project}`,
          PULUMI_CONFIG_PASSPHRASE: "of a test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    await stack.setConfig("kubernetes:kubeconfig", { value: access.kubeconfig ?? "" });
  }, 60_000);
  afterAll(async () => {
    if (stack === undefined) return;
    await stack.destroy({ runProgram: true });
    await removeObject(connect(access), NEWS);
    rmSync(project, { recursive: true });
  }, 300_000);

  const markedNodes = () =>
    run(["get", "nodes", "-l", POOL_LABEL, "-o", "jsonpath={.items[*].metadata.name}"]);

  it("makes what render prints, marks the nodes and tells the outputs", async () => {
    declare();
    const { outputs, summary } = await stack.up();
    expect(outputs.gateways?.value).toEqual({ egress: "egress.engine-egress.svc.cluster.local" });
    expect(outputs.hosts?.value).toHaveLength(2);
    expect(JSON.stringify(outputs.access?.value)).toContain("engine-news");
    const planned = planEnvironment(environmentOf(join(project, file))).map(({ manifest }) => manifest);
    const made = await registered(stack);
    expect([...made.keys()].sort()).toEqual(planned.map(objectKey).sort());
    for (const manifest of planned) expect(made.get(objectKey(manifest))).toMatchObject(manifest);
    expect(summary.resourceChanges?.create).toBeGreaterThan(made.size);
    expect(await markedNodes()).toBe("sallyport-gateway-1 sallyport-gateway-2");
  });

  it("closed the namespace after a gate, and the gate opened after the way was there", async () => {
    const planned = planEnvironment(environmentOf(join(project, file)));
    const created = async (wave: Wave) => {
      const times = planned
        .filter((object) => object.wave === wave)
        .map(({ manifest: { apiVersion, kind, metadata } }) => {
          const type = [kind, ...apiVersion.split("/").reverse()].join(".");
          return run([
            ...["get", "-n", metadata.namespace ?? "", `${type}/${metadata.name}`],
            ...["-o", "jsonpath={.metadata.creationTimestamp}"],
          ]);
        });
      expect(times).not.toEqual([]);
      return (await Promise.all(times)).map((time) => Date.parse(time));
    };
    const format = "jsonpath={.metadata.annotations.egress\\.sallyport\\.dev/gate}";
    const gate = await run(["get", "-n", `${STACK}-egress`, "destinationrule/egress-hop", "-o", format]);
    // The API server's times are whole seconds.
    const second = Math.floor(Date.parse(gate) / 1000) * 1000;
    expect(Math.max(...(await created("mesh")))).toBeLessThanOrEqual(second);
    expect(Math.min(...(await created("lockdown")))).toBeGreaterThanOrEqual(second);
  });

  it("writes nothing behind a gateway that does not answer, and names it", async () => {
    const [envoy] = await envoysOf(`${STACK}-egress`, run);
    expect(envoy).toBeDefined();
    if (envoy === undefined) return;
    const hosts = ["edition.cnn.com", "www.google.com", "en.wikipedia.org"];
    const routes = () => run(["get", "-n", `${STACK}-egress`, "virtualservices", "-o", "json"]);
    const before = await routes();
    declare({ hosts: hosts.map((host) => hostOf(STACK, host)) });
    process.kill(envoy.pid, "SIGSTOP");
    try {
      await expect(stack.up()).rejects.toThrow(`${STACK}-egress/${envoy.pod}`);
      expect(await routes()).toBe(before);
    } finally {
      process.kill(envoy.pid, "SIGCONT");
    }
    await stack.up();
    expect(await routes()).not.toBe(before);
    declare();
    await stack.up();
  });

  it("changes nothing the second time", async () => {
    const { summary } = await stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  it("marks other nodes by an update in place, so that those that stay never lose their marks", async () => {
    declare({ nodes: { provider: "existing", names: ["sallyport-gateway-2"] } });
    const { summary } = await stack.up();
    expect(summary.resourceChanges).toMatchObject({ update: 1 });
    expect(summary.resourceChanges).not.toHaveProperty("replace");
    expect(await markedNodes()).toBe("sallyport-gateway-2");
  });

  it("unmarks the nodes of an environment that has none any more", async () => {
    declare({ nodes: undefined });
    await stack.up();
    expect(await markedNodes()).toBe("");
  });

  it("refuses a file with problems before it touches anything, with each problem's place", async () => {
    declare({ hosts: [hostOf(STACK, "https://edition.cnn.com")] });
    await expect(stack.preview()).rejects.toThrow(/stacks\/engine\.yaml:\d+:\d+/);
  });

  it("takes all of it away again, the nodes' marks too", async () => {
    declare();
    await stack.destroy({ runProgram: true });
    const ours = ["namespaces,nodes,networkpolicies,envoyfilters,virtualservices", "-A"];
    expect(
      await run([
        "get",
        ...ours,
        "-l",
        "egress.sallyport.dev/gateway=egress",
        "-o",
        "name",
        "--ignore-not-found",
      ]),
    ).toBe("");
    expect(await markedNodes()).toBe("");
  });
});

/** The manifests that the engine's state holds, by their keys. */
async function registered(stack: Stack): Promise<Map<string, Manifest>> {
  const { deployment } = await stack.exportStack();
  const resources: readonly { type: string; inputs?: Manifest }[] = deployment.resources;
  return new Map(
    resources.flatMap(({ type, inputs }) =>
      type.startsWith("kubernetes:") && inputs !== undefined ? [[objectKey(inputs), inputs]] : [],
    ),
  );
}
