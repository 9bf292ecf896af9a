import { ComponentResource } from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import type { ClusterAccess } from "../../cluster/access.ts";
import { EgressEnvironment } from "../../components/index.ts";
import { registerObjects } from "../../components/register.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import type { Pattern } from "./patterns.ts";

/** What the engine runs, one after the other: a gateway alone, and the same with all hosts. */
export interface Programs {
  readonly gateway: PulumiFn;
  readonly hosts: PulumiFn;
}

/**
 * A pattern as programs of a stack: ours by its component, the documents' object by object.
 *
 * @param gates the cluster whose proxies ours waits for; it waits for none where left out
 */
export function programsOf({ base, objects, environments }: Pattern, gates?: ClusterAccess): Programs {
  if (environments === undefined) return { gateway: registering(base), hosts: registering(objects) };
  const [gateway, hosts] = [environments.base, environments.whole].map((environment) => async () => {
    new EgressEnvironment("bench", { environment, ...(gates === undefined ? {} : { access: gates }) });
  }) as [PulumiFn, PulumiFn];
  return { gateway, hosts };
}

function registering(objects: readonly PlannedObject[]): PulumiFn {
  return async () => {
    registerObjects(objects, "bench", new ComponentResource("bench:index:Objects", "bench"));
  };
}
