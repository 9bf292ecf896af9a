import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";

/** What `pulumi up` of this repository needs of it; the stack's own files are the test's. */
const PROGRAM = ["Pulumi.yaml", "package.json", "node_modules", "infra"];

/** A folder that the engine takes for this repository, but with stacks of its own. */
export function pulumiProject(): string {
  const project = mkdtempSync(join(tmpdir(), "sallyport-engine-"));
  mkdirSync(join(project, "stacks"));
  for (const part of PROGRAM) symlinkSync(resolve(part), join(project, part));
  return project;
}

/** Writes a stack's environment file into the project: a gateway for two hosts, and what the test would have else. */
export function declareStack(project: string, stack: string, change: object): void {
  const environment = {
    environment: stack,
    gateways: [
      { name: "egress", namespace: `${stack}-egress`, replicas: { min: 1, max: 2 }, drainSeconds: 2 },
    ],
    lockdown: [{ namespace: `${stack}-news` }],
    owner: "news",
    hosts: ["edition.cnn.com", "www.google.com"].map((host) => hostOf(stack, host)),
    ...change,
  };
  writeFileSync(join(project, `stacks/${stack}.yaml`), stringify(environment));
}

/** A host that the stack's clients may call. */
export function hostOf(stack: string, host: string) {
  return { host, tls: "passthrough", allow: [{ from: { namespace: `${stack}-news` } }] };
}
