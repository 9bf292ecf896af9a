import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { connect } from "../cluster/client.ts";
import { applyObject } from "../cluster/objects.ts";
import { readApplied } from "../cluster/owned.ts";
import { ENVIRONMENT_LABEL } from "../plan/labels.ts";
import { accessOf } from "./cluster.ts";

/**
 * Lets the engine take over, in one up, what `sallyport apply` wrote for the environment of the stack's name. Without
 * it the engine refuses to create an object that is there.
 *
 * Afterwards `sallyport apply` gives its part of these objects up: what two field managers own, neither can change.
 *
 * @param up creates what the program has; fails where an object is not as the program would have it
 */
export async function adopting<Result>(stack: Stack, up: () => Promise<Result>): Promise<Result> {
  const { workspace } = stack;
  const { envVars } = workspace;
  workspace.envVars = { ...envVars, PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
  const result = await up();
  workspace.envVars = envVars;
  const config = connect(await accessOf(stack));
  for (const { manifest } of await readApplied(config)) {
    const { apiVersion, kind, metadata } = manifest;
    if (metadata.labels?.[ENVIRONMENT_LABEL] !== stack.name) continue;
    const { name, namespace } = metadata;
    // To apply nothing of an object is to own nothing of it.
    const own = namespace === undefined ? { name } : { name, namespace };
    await applyObject(config, { apiVersion, kind, metadata: own });
  }
  return result;
}
