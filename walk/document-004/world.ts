import type { Environment } from "../../model/environment.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Kubectl } from "../kubectl.ts";
import type { LabInternet } from "../walk.ts";
import { rolledOut, type SleepOptions, sleep } from "../workloads.ts";

/** What the document's steps act on. */
export interface World {
  readonly kubectl: Kubectl;
  /** Undefined on a cluster that is not the lab: parts that need it are left out. */
  readonly internet?: LabInternet;
  readonly environment: Environment;
  /** Puts a part of the environment in force: hosts on these ports, lockdown of these namespaces. */
  deploy(ports: readonly number[], lockdown: readonly string[]): Promise<void>;
  removeAll(): Promise<void>;
  /** Waits until the gateways' namespaces are gone: into one that is still ending nothing can be deployed. */
  gone(): Promise<void>;
  startSleep(namespace: string, options?: SleepOptions): Promise<void>;
}

export const NAMESPACES = ["test-egress", "unlocked", "no-grant"] as const;

/** What a world is made of. */
interface WorldParts extends Pick<World, "kubectl" | "environment" | "internet"> {
  readonly deployment: Deployment;
  /** An image with curl and openssl. */
  readonly image: string;
}

/** The world on a cluster that has Istio, and nothing of it yet. */
export function makeWorld({ deployment, image, ...parts }: WorldParts): World {
  const { kubectl, environment } = parts;
  const gone = async () => {
    for (const { namespace } of environment.gateways)
      await kubectl.run(["wait", "--for=delete", `namespace/${namespace}`, "--timeout=120s"]);
  };
  return {
    ...parts,
    async deploy(ports, lockdown) {
      await deployment.put({
        ...environment,
        hosts: environment.hosts.filter(({ port }) => ports.includes(port)),
        lockdown: environment.lockdown.filter(({ namespace }) => lockdown.includes(namespace)),
      });
      for (const { name, namespace } of environment.gateways) await rolledOut(kubectl, namespace, name);
    },
    async removeAll() {
      await deployment.remove();
      await gone();
    },
    gone,
    async startSleep(namespace, options = {}) {
      await kubectl.run(["apply", "-f", "-"], JSON.stringify(sleep(namespace, image, options)));
      await rolledOut(kubectl, namespace, options.name ?? "sleep");
    },
  };
}
