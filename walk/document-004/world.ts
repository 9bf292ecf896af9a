import type { ClusterAccess } from "../../cluster/client.ts";
import type { Environment } from "../../model/environment.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { applyObjects, removeObjects } from "../../rollout/apply.ts";
import type { Kubectl } from "../kubectl.ts";
import { type SleepOptions, sleep } from "../workloads.ts";

/** The way out of the cluster, where the cluster's maker lets one close it. */
export interface Firewall {
  set(mode: "open" | "gateway-nodes"): Promise<void>;
  /** Packets refused so far. */
  drops(): Promise<number>;
}

/** What the document's steps act on. */
export interface World {
  readonly kubectl: Kubectl;
  readonly firewall: Firewall;
  readonly environment: Environment;
  /** Puts a part of the environment in force: hosts on these ports, lockdown of these namespaces. */
  deploy(ports: readonly number[], lockdown: readonly string[]): Promise<void>;
  removeAll(): Promise<void>;
  startSleep(namespace: string, options?: SleepOptions): Promise<void>;
}

export const NAMESPACES = ["test-egress", "unlocked", "no-grant"] as const;

export function makeWorld(
  access: ClusterAccess,
  kubectl: Kubectl,
  firewall: Firewall,
  environment: Environment,
): World {
  let deployed: PlannedObject[] = [];
  const rolledOut = (namespace: string, name: string) =>
    kubectl.run(["rollout", "status", `deploy/${name}`, `--namespace=${namespace}`, "--timeout=120s"]);
  return {
    kubectl,
    firewall,
    environment,
    async deploy(ports, lockdown) {
      const objects = planEnvironment({
        ...environment,
        hosts: environment.hosts.filter(({ port }) => ports.includes(port)),
        lockdown: environment.lockdown.filter(({ namespace }) => lockdown.includes(namespace)),
      });
      await applyObjects(access, objects, deployed);
      deployed = objects;
      for (const { name, namespace } of environment.gateways) await rolledOut(namespace, name);
    },
    async removeAll() {
      await removeObjects(access, deployed);
      deployed = [];
      for (const { namespace } of environment.gateways)
        await kubectl.run(["wait", "--for=delete", `namespace/${namespace}`, "--timeout=120s"]);
    },
    async startSleep(namespace, options = {}) {
      await kubectl.run(["apply", "-f", "-"], JSON.stringify(sleep(namespace, options)));
      await rolledOut(namespace, options.name ?? "sleep");
    },
  };
}
