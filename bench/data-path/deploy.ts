import { planEnvironment } from "../../plan/plan.ts";
import { answering } from "../answering.ts";
import type { BenchCluster, Container } from "../cluster.ts";
import { DOCS_GATEWAY, docsAccessLog, docsGateway, docsObjects } from "../docs-pattern.ts";
import { loadText } from "../load-text.ts";
import { writeObjects } from "../write.ts";
import {
  CLIENTS,
  docsHosts,
  environmentFile,
  GATEWAYS,
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
  for (const mode of MODES)
    for (const variant of VARIANTS) await answering(cluster, clientOf(variant), urlOf(mode, variant), signal);
}

/** Takes all of it away again. */
export function remove({ removeNamespaces }: BenchCluster): Promise<void> {
  return removeNamespaces([...Object.values(CLIENTS), ...Object.values(GATEWAYS)]);
}
