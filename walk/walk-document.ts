import { planRollout, runRollout } from "../rollout/apply.ts";
import type { Client, Document, Step, World } from "./document.ts";
import { readEnvironment } from "./environment.ts";
import type { Kubectl } from "./kubectl.ts";
import { leftOverRows } from "./left-over.ts";
import type { WalkedRow } from "./row.ts";
import { kubectlOf, type Walk, walkRows } from "./walk.ts";
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
  const { access, image, deployment, report } = walk;
  const control = kubectlOf(walk);
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
  const walkStep = async ({ title, rows }: Pick<Step, "title" | "rows">) => {
    report(title);
    walked.push(...(await walkRows(rows, walk)));
  };
  try {
    for (const step of steps) {
      await step.prepare?.();
      if (step.file !== undefined) await deployment.put(readEnvironment(step.file));
      await startClients(control, image, step.clients ?? []);
      await walkStep(step);
      await step.ends?.();
    }
    await deployment.remove();
    const first = steps.flatMap(({ rows }) => rows).slice(0, 1);
    await walkStep({ title: "Clean-up", rows: [...leftOverRows(control, "clean-up:"), ...first] });
  } finally {
    await deployment.remove();
    await removeClients(control, clients);
    for (const { ends } of steps) await ends?.();
  }
  return walked;
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
