import { join } from "node:path";
import type { Environment } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";
import { planEnvironment } from "../plan/plan.ts";
import { planRollout, runRollout, waitForObjects } from "../rollout/apply.ts";
import type { Client, Document, Step, World } from "./document.ts";
import type { Walk } from "./document-004/walk.ts";
import { type Kubectl, kubectl } from "./kubectl.ts";
import { leftOverRows } from "./left-over.ts";
import { type WalkedRow, walkRow } from "./row.ts";
import { startClients } from "./workloads.ts";

/**
 * The environments of the documents and of the walk of access: they share namespaces, so a killed walk of one is in the
 * others' way.
 */
const ENVIRONMENTS = ["lab-001", "lab-002", "lab-003", "lab-access"];

/** So long may a gate take. */
const GATE = { istiodNamespace: "istio-system", limitSeconds: 120 };

/**
 * Walks a document on the lab: each step's environment is put in force, then each of its rows is asked once, as the
 * gate of the rollout stands before them. At its end everything is removed, and the first row's answer is back.
 *
 * @throws the signal's reason where it was ended; whatever else kept a step from being prepared
 */
export async function walkDocument(document: Document, walk: Walk): Promise<WalkedRow[]> {
  const { access, programs, image, deployment, signal, report } = walk;
  const control = kubectl(programs === undefined ? "kubectl" : join(programs, "kubectl"), access);
  const world: World = {
    kubectl: control,
    shell: ({ namespace, account }, command) =>
      control.exec(namespace, ["sh", "-c", command], `deploy/${account}`),
  };
  const steps = document(world);
  const clients = steps.flatMap(({ clients = [] }) => clients);
  for (const environment of ENVIRONMENTS)
    await runRollout(access, await planRollout(access, environment, []), GATE);
  await removeClients(control, clients);

  const walked: WalkedRow[] = [];
  const walkRows = async ({ title, rows }: Pick<Step, "title" | "rows">) => {
    report(title);
    for (const row of rows) {
      const done = await walkRow(row);
      signal.throwIfAborted();
      walked.push(done);
      report(done);
    }
  };
  try {
    for (const step of steps) {
      await step.prepare?.();
      if (step.file !== undefined) {
        const environment = readEnvironment(step.file);
        await deployment.put(environment);
        // What is new does not hold for connections of before, which are still there where nothing was taken away.
        await waitForObjects(access, planEnvironment(environment), GATE);
      }
      await startClients(control, image, step.clients ?? []);
      await walkRows(step);
      await step.ends?.();
    }
    await deployment.remove();
    const first = steps.flatMap(({ rows }) => rows).slice(0, 1);
    await walkRows({ title: "Clean-up", rows: [...leftOverRows(control, "clean-up:"), ...first] });
  } finally {
    await deployment.remove();
    await removeClients(control, clients);
    for (const { ends } of steps) await ends?.();
  }
  return walked;
}

/** @throws if an environment file is not sound */
export function readEnvironment(file: string): Environment {
  const { environment, problems } = loadEnvironment(file);
  if (environment === undefined) throw new Error(`${file}: ${problems.map(({ why }) => why).join("; ")}`);
  return environment;
}

/** Takes the clients away, and the namespaces that were made for them; harmless where they are not. */
async function removeClients({ run }: Kubectl, clients: readonly Client[]): Promise<void> {
  for (const { namespace, account } of clients.filter(({ namespace }) => namespace === "default"))
    await run([
      "delete",
      `deployment/${account}`,
      `serviceaccount/${account}`,
      "-n",
      namespace,
      "--ignore-not-found",
    ]);
  await run(["label", "namespace", "default", "istio-injection-"]);
  const made = new Set(clients.map(({ namespace }) => namespace).filter((name) => name !== "default"));
  if (made.size > 0) await run(["delete", "namespace", ...made, "--ignore-not-found", "--timeout=120s"]);
}
