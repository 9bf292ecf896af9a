import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { connect } from "../../cluster/client.ts";
import { identityOf } from "../../cluster/identity.ts";
import { applyObject, readObject, removeObject } from "../../cluster/objects.ts";
import { readApplied } from "../../cluster/owned.ts";
import { EgressEnvironment } from "../../components/index.ts";
import { findEngine } from "../../deploy/engine.ts";
import type { DeployEvent } from "../../deploy/events.ts";
import { ENVIRONMENT_LABEL } from "../../plan/labels.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { kubectl } from "../../walk/kubectl.ts";
import { environmentOf } from "../stacks.ts";
import { onCluster, programOf } from "./cluster.ts";
import { declareStack, hostOf, pulumiProject } from "./project.ts";

const STACK = "deploy";
const HOME = `${STACK}-egress`;
const CLIENTS: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: `${STACK}-news` } };
const LOCKDOWN = { name: "sallyport-lockdown", namespace: `${STACK}-news` };
const engine = await findEngine();
if (engine.command === undefined) process.stderr.write(`deploy tests are skipped: ${engine.missing}\n`);

/** What a command did: its exit code, and what it told. */
interface Told {
  readonly exit: number | undefined;
  readonly events: readonly DeployEvent[];
  readonly stderr: string;
}

describe("sallyport up with the real engine", { timeout: 300_000 }, () => {
  const cluster = onCluster("lab");
  const access = cluster?.access ?? {};
  const { run: kubectlRun } = kubectl(programOf(cluster, "kubectl"), access);
  beforeEach(({ skip }) => skip(engine.command === undefined, engine.missing));

  let project: string;
  const file = () => join(project, `stacks/${STACK}.yaml`);
  const settings = () => join(project, `Pulumi.${STACK}.yaml`);
  const declare = (change: object = {}) => declareStack(project, STACK, change);
  const env = () => ({ PULUMI_BACKEND_URL: "", PULUMI_CONFIG_PASSPHRASE: "of a test" });
  const start = (args: readonly string[]) =>
    execa(process.execPath, [resolve("cli/main.ts"), ...args], { cwd: project, env: env(), reject: false });
  const sallyport = async (command: string, ...args: string[]): Promise<Told> => {
    const { exitCode: exit, stdout, stderr } = await start([command, "--stack", STACK, "--json", ...args]);
    const lines = stdout.split("\n").filter((line) => line !== "");
    return { exit, stderr, events: lines.map((line) => JSON.parse(line) as DeployEvent) };
  };
  const patch = (kind: string, name: string, text: string) =>
    kubectlRun(["patch", "-n", HOME, `${kind}/${name}`, "--type=json", "-p", text]);

  beforeAll(async () => {
    if (engine.command === undefined || cluster === undefined) return;
    project = pulumiProject();
    const config = { "kubernetes:kubeconfig": access.kubeconfig ?? "" };
    writeFileSync(settings(), stringify({ config }));
    await applyObject(connect(access), CLIENTS);
  }, 60_000);
  afterAll(async () => {
    if (project === undefined) return;
    if (existsSync(file())) await sallyport("destroy", "--yes-destroy", STACK);
    await removeObject(connect(access), CLIENTS);
    rmSync(project, { recursive: true });
  }, 300_000);

  it("ends cleanly by Ctrl-C, with the stack unlocked", async () => {
    declare();
    const args = [resolve("cli/main.ts"), "up", "--stack", STACK];
    // As a terminal does, to the command and to the engine with all that it has started.
    const running = execa(process.execPath, args, {
      cwd: project,
      env: env(),
      reject: false,
      detached: true,
    });
    const begun = "up: create Namespace";
    let shown = "";
    running.stderr.on("data", (chunk: Buffer) => {
      const before = shown;
      shown += chunk.toString();
      if (!before.includes(begun) && shown.includes(begun)) process.kill(-(running.pid ?? 0), "SIGINT");
    });
    const { exitCode, stderr } = await running;
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining("sallyport: interrupted; run it again to finish"),
    });
    expect(locksOf(project)).toEqual([]);
  });

  it("says what failed half-way, and goes on from there the next time", async () => {
    const spec = { podSelector: {}, policyTypes: ["Egress"] };
    const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: LOCKDOWN, spec };
    await kubectlRun(["apply", "-f", "-"], JSON.stringify(policy));
    const first = await sallyport("up");
    expect(first.exit).toBe(2);
    expect(stepsOf(first)).toContain("failed create NetworkPolicy");
    expect(messagesOf(first)).toContain("already exists");
    expect(first.stderr).toMatch(/up of the stack deploy failed.*\n {2}fix: /s);
    await kubectlRun(["delete", "networkpolicy", "-n", LOCKDOWN.namespace, LOCKDOWN.name]);
    const second = await sallyport("up");
    expect({ exit: second.exit, steps: stepsOf(second) }).toEqual({
      exit: 0,
      steps: ["done create NetworkPolicy"],
    });
  });

  it("tells the outputs, and has written down which cluster it is", async () => {
    const { exit, events } = await sallyport("up");
    expect(exit).toBe(0);
    const [outputs] = events.flatMap((event) => (event.event === "outputs" ? [event.outputs] : []));
    expect(outputs).toMatchObject({ gateways: { egress: `egress.${HOME}.svc.cluster.local` } });
    const identity = await identityOf(connect(access));
    expect(readFileSync(settings(), "utf8")).toContain(`sallyport:cluster: ${identity}`);
  });

  it("keeps the state in the project, and encrypts by the passphrase", async () => {
    expect(existsSync(join(project, ".pulumi/stacks"))).toBe(true);
    expect(readFileSync(settings(), "utf8")).toContain("encryptionsalt:");
    const other = { ...env(), PULUMI_CONFIG_PASSPHRASE: "another" };
    const { exitCode, stderr } = await execa(
      process.execPath,
      [resolve("cli/main.ts"), "preview", "--stack", STACK],
      { cwd: project, env: other, reject: false },
    );
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("passphrase"),
    });
    expect(stderr).not.toContain("another");
  });

  it("changes nothing the second time", async () => {
    const again = await sallyport("up");
    expect({ exit: again.exit, steps: stepsOf(again) }).toEqual({ exit: 0, steps: [] });
  });

  it("changes three objects at most for one more host", async () => {
    declare({
      hosts: ["edition.cnn.com", "www.google.com", "www.bing.com"].map((host) => hostOf(STACK, host)),
    });
    const { exit, events } = await sallyport("up");
    const steps = events.filter((event) => event.event === "step");
    expect(exit).toBe(0);
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThanOrEqual(3);
    declare();
    await sallyport("up");
  });

  it("shows what others changed, and makes it again what the file says", async () => {
    await patch("service", "egress", '[{"op":"replace","path":"/spec/ports/0/targetPort","value":9999}]');
    await kubectlRun(["delete", "networkpolicy", "-n", LOCKDOWN.namespace, LOCKDOWN.name]);
    const told = await sallyport("preview");
    const drift = stepsOf(told, "drift").sort();
    expect({ exit: told.exit, drift }).toEqual({
      exit: 0,
      drift: ["planned delete NetworkPolicy", "planned update Service"],
    });
    const repaired = await sallyport("up");
    expect(stepsOf(repaired, "up").sort()).toEqual(["done create NetworkPolicy", "done update Service"]);
    const after = await sallyport("preview");
    expect({ exit: after.exit, steps: stepsOf(after) }).toEqual({ exit: 0, steps: [] });
  });

  it("takes drift into the state alone with refresh", async () => {
    await patch("service", "egress", '[{"op":"replace","path":"/spec/ports/0/targetPort","value":9999}]');
    expect(stepsOf(await sallyport("refresh"))).toEqual(["done update Service"]);
    const port = ["get", "-n", HOME, "service/egress", "-o", "jsonpath={.spec.ports[0].targetPort}"];
    expect(await kubectlRun(port)).toBe("9999");
    expect(stepsOf(await sallyport("up"))).toEqual(["done update Service"]);
    expect(await kubectlRun(port)).not.toBe("9999");
  });

  it("is not deployed to another cluster, by whatever command", async () => {
    const own = readFileSync(settings(), "utf8");
    writeFileSync(settings(), own.replace(/sallyport:cluster: .*/, "sallyport:cluster: of-another"));
    for (const command of ["preview", "up", "refresh"]) {
      const { exit, events, stderr } = await sallyport(command);
      expect({ exit, events }).toEqual({ exit: 2, events: [] });
      expect(stderr).toContain("belongs to another cluster (of-another)");
    }
    const plain = { ...env(), PULUMI_BACKEND_URL: `file://${project}`, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { exitCode, all } = await execa("pulumi", ["preview", "--stack", STACK, "--non-interactive"], {
      cwd: project,
      env: plain,
      reject: false,
      all: true,
    });
    expect(exitCode).not.toBe(0);
    expect(all).toContain("belongs to another cluster (of-another)");
    writeFileSync(settings(), own);
  });

  it("replaces nothing where the component has another name with the old one as its alias", async () => {
    const environment = environmentOf(file());
    const renamed = await LocalWorkspace.selectStack(
      {
        stackName: STACK,
        projectName: "sallyport",
        program: async () => {
          new EgressEnvironment("renamed", { environment, access }, { aliases: [{ name: STACK }] });
        },
      },
      {
        envVars: {
          PULUMI_BACKEND_URL: `file://${project}`,
          PULUMI_CONFIG_PASSPHRASE: "of a test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    await renamed.setConfig("kubernetes:kubeconfig", { value: access.kubeconfig ?? "" });
    const { changeSummary } = await renamed.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });

  it("leaves nothing in the cluster and no stack's cluster, once its name was given", async () => {
    expect((await sallyport("destroy")).exit).toBe(1);
    expect((await sallyport("destroy", "--yes-destroy", STACK)).exit).toBe(0);
    const kinds = "namespaces,networkpolicies,envoyfilters,virtualservices,authorizationpolicies";
    const labels = ["-A", "-l", "egress.sallyport.dev/gateway=egress", "-o", "name", "--ignore-not-found"];
    expect(await kubectlRun(["get", kinds, ...labels])).toBe("");
    expect(readFileSync(settings(), "utf8")).not.toContain("sallyport:cluster");
    expect(locksOf(project)).toEqual([]);
  });

  it("takes over what apply wrote, where it is told to, and can change it from then on", async () => {
    const to = ["--kubeconfig", access.kubeconfig ?? "", "--context", "sallyport-lab"];
    expect((await start(["apply", `stacks/${STACK}.yaml`, ...to])).exitCode).toBe(0);
    const refused = await sallyport("up");
    expect(refused.exit).toBe(2);
    expect(messagesOf(refused)).toContain("already exists");
    const before = await readObject(connect(access), deployment);
    const taken = await sallyport("up", "--adopt");
    expect({ exit: taken.exit, stderr: taken.stderr }).toEqual({ exit: 0, stderr: "" });
    const after = await readObject(connect(access), deployment);
    expect(after).toMatchObject({ metadata: { uid: uidOf(before) } });
    const left = await readApplied(connect(access));
    expect(left.filter(({ manifest }) => manifest.metadata.labels?.[ENVIRONMENT_LABEL] === STACK)).toEqual(
      [],
    );
    declare({ hosts: [hostOf(STACK, "edition.cnn.com")] });
    expect((await sallyport("up")).exit).toBe(0);
    const last = await sallyport("preview");
    expect({ exit: last.exit, steps: stepsOf(last) }).toEqual({ exit: 0, steps: [] });
  });
});

const deployment: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "egress", namespace: HOME },
};

function uidOf(object: object | undefined): string {
  return (object as { metadata: { uid: string } }).metadata.uid;
}

/** Such as `done create Service`, in the order in which it was told. */
function stepsOf({ events }: Told, operation?: string): string[] {
  return events.flatMap((event) =>
    event.event === "step" && (operation ?? event.operation) === event.operation
      ? [`${event.outcome} ${event.op} ${event.kind}`]
      : [],
  );
}

function messagesOf({ events }: Told): string {
  return events.flatMap((event) => (event.event === "message" ? [event.text] : [])).join("\n");
}

/** The files by which the engine keeps others out. */
function locksOf(project: string): string[] {
  const entries = readdirSync(join(project, ".pulumi/locks"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
