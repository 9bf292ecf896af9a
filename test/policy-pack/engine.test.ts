import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { beforeEach, describe, expect, it } from "vitest";
import { findEngine } from "../../deploy/engine.ts";
import { blocksOf } from "../docs/documents.ts";
import { folderOf } from "../folders.ts";

const engine = await findEngine();
if (engine.command === undefined) process.stderr.write(`policy pack tests are skipped: ${engine.missing}\n`);

/** What has to be there, as the page shows it. */
const [[, EXPECTED] = []] = blocksOf("json").filter(([place]) => place.startsWith("docs/policy-pack.md"));

/** The production environment, with a change of it, and objects of somebody else's beside it. */
const program = ({ change = "{}", beside = "" }) => `
import * as kubernetes from "@pulumi/kubernetes";
import { EgressEnvironment, loadEnvironment } from "${resolve("components/index.ts")}";

const provider = new kubernetes.Provider("files", { renderYamlToDirectory: "rendered" });
const { environment } = loadEnvironment("${resolve("stacks/prod.yaml")}");
new EgressEnvironment("prod", { environment: { ...environment, ...${change} } }, { provider });
${beside}`;

const ENTRY = `new kubernetes.apiextensions.CustomResource(
  "entry",
  {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "cnn", namespace: "sports" },
    spec: { hosts: ["edition.cnn.com"], resolution: "DNS", ports: [{ number: 443, name: "tls", protocol: "TLS" }] },
  },
  { provider },
);`;

describe("the policy pack in the real engine", { timeout: 300_000 }, () => {
  beforeEach(({ skip }) => skip(engine.command === undefined, engine.missing));

  /** What a preview under the pack prints, or how it fails. */
  async function preview(stack: Parameters<typeof program>[0]): Promise<string> {
    if (engine.command === undefined) throw new Error("there is no engine");
    const project = folderOf({
      "Pulumi.yaml":
        "name: policies\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "type": "module" }',
      "index.ts": program(stack),
      "expected.json": EXPECTED?.text ?? "",
    });
    symlinkSync(resolve("node_modules"), join(project, "node_modules"));
    const workspace = await LocalWorkspace.createStack(
      { stackName: "prod", workDir: project },
      {
        pulumiCommand: engine.command,
        envVars: {
          PULUMI_BACKEND_URL: `file://${project}`,
          PULUMI_CONFIG_PASSPHRASE: "of a test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    const { stdout } = await workspace.preview({
      policyPacks: [resolve("policy-pack")],
      policyPackConfigs: [join(project, "expected.json")],
    });
    return stdout;
  }

  it("lets our own environment pass", async () => {
    expect(await preview({})).toMatch(/✅ sallyport@v0\.1\.0/);
  });

  it("refuses what stands beside it and breaks a rule, with the object and the fix", async () => {
    await expect(preview({ beside: ENTRY })).rejects.toThrow(
      /\[mandatory\] +scoped-export.*ServiceEntry\/sports\/cnn spec\.exportTo: without it.*name the namespaces/s,
    );
  });

  it("misses a lockdown that the stack has no longer", async () => {
    await expect(preview({ change: "{ lockdown: [] }" })).rejects.toThrow(
      /\[mandatory\] +lockdown-kept.*nothing closes the namespace news.*nothing closes the namespace payments/s,
    );
  });
});
