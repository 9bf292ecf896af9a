import { setTimeout as sleepFor } from "node:timers/promises";
import { planEnvironment } from "../../plan/plan.ts";
import type { BenchCluster, Container } from "../cluster.ts";
import { DOCS_GATEWAY, docsAccessLog, docsGateway, docsObjects } from "../docs-pattern.ts";
import { loadText } from "../load-text.ts";
import { writeObjects } from "../write.ts";
import {
  CLIENTS,
  docsHosts,
  environmentFile,
  GATEWAYS,
  type MeasuredMode,
  MODES,
  urlOf,
  VARIANTS,
  type Variant,
} from "./variants.ts";

/** Where a variant is called from. */
export function clientOf(variant: Variant): Container {
  return { namespace: CLIENTS[variant], pod: "deploy/sleep", container: "sleep" };
}

/** Deploys both patterns side by side, and the clients; returns when every variant answers in every mode. */
export async function deploy(cluster: BenchCluster, signal: AbortSignal): Promise<void> {
  const { access, addNamespace, addClient, rolledOut } = cluster;
  // What a killed run left would stand in the way.
  await remove(cluster);
  for (const variant of VARIANTS) await addNamespace(CLIENTS[variant], variant !== "direct");
  await addNamespace(GATEWAYS.docs);
  await cluster.add([docsAccessLog(CLIENTS.docs)]);
  await writeObjects(access, [
    ...docsGateway(GATEWAYS.docs),
    ...docsHosts().flatMap((host) => docsObjects(GATEWAYS.docs, host)),
  ]);
  await writeObjects(access, planEnvironment(loadText(environmentFile())));
  for (const namespace of Object.values(CLIENTS)) {
    await addClient(namespace);
    await rolledOut(namespace, "sleep");
  }
  await rolledOut(GATEWAYS.docs, DOCS_GATEWAY);
  await rolledOut(GATEWAYS.ours, "egress");
  for (const mode of MODES) for (const variant of VARIANTS) await answering(cluster, mode, variant, signal);
}

/** Takes all of it away again. */
export function remove({ removeNamespaces }: BenchCluster): Promise<void> {
  return removeNamespaces([...Object.values(CLIENTS), ...Object.values(GATEWAYS)]);
}

const SECONDS_TO_ANSWER = 60;

/** Waits until a variant answers with 200: every proxy on its way has its configuration then. */
async function answering(
  { exec }: BenchCluster,
  mode: MeasuredMode,
  variant: Variant,
  signal: AbortSignal,
): Promise<void> {
  const url = urlOf(mode, variant);
  // Any failure is asked again; curl's own exit code would end it.
  const ask = `curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' ${url} || true`;
  let code = "";
  for (let second = 0; second < SECONDS_TO_ANSWER; second++) {
    code = await exec(clientOf(variant), ["sh", "-c", ask]);
    if (code === "200") return;
    await sleepFor(1_000, undefined, { signal });
  }
  throw new Error(`${url} does not answer by ${variant}: ${code}`);
}
