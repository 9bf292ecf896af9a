import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/access.ts";
import { ClusterError, connect } from "../cluster/client.ts";
import type { LiveObject, Written } from "../cluster/objects.ts";
import type { Environment } from "../model/environment.ts";
import type { Manifest } from "../plan/manifest.ts";
import { planEnvironment } from "../plan/plan.ts";
import { waitUntilInForce } from "../rollout/gate/gate.ts";
import { describe } from "../rollout/gate/lag.ts";
import { markersOf } from "../rollout/gate/markers.ts";
import { waveGates } from "./wave-gates.ts";

const LIMIT_SECONDS = 120;

/**
 * Hooks by which the engine waits, before it writes the first object of a wave, until what it wrote of the waves before
 * is in force. They run only where something is written: a program that changes nothing waits for nothing.
 *
 * @param component begins the hooks' names, which are the program's
 * @returns a transformation that gives the hooks to each Kubernetes object under the component
 */
export function gating(
  component: string,
  environment: Environment,
  access: ClusterAccess,
): pulumi.ResourceTransformation {
  const known = planEnvironment(environment).map(({ manifest }) => manifest);
  const gates = waveGates(open);

  const note = new pulumi.ResourceHook(`${component}: note what is written`, ({ newInputs, newOutputs }) => {
    const { resourceVersion } = (newOutputs as LiveObject).metadata;
    gates.note({ manifest: newInputs as Manifest, resourceVersion });
  });
  const wait = new pulumi.ResourceHook(`${component}: wait for the waves before`, ({ newInputs }) =>
    gates.before(newInputs as Manifest),
  );

  async function open(before: readonly Written[]): Promise<void> {
    const changed = before.map(({ manifest }) => manifest);
    // The last wave has no gate, so that old connections can't be waited for at the end; nor are they in between.
    const stage = { written: before, removed: [], markers: markersOf(changed, known), drained: false };
    try {
      await waitUntilInForce(connect(access), stage, {
        istiodNamespace: environment.mesh.namespace,
        limitSeconds: LIMIT_SECONDS,
        report: (lags) => void pulumi.log.info(`waiting: ${lags.map(describe).join("; ")}`),
      });
    } catch (error) {
      throw error instanceof ClusterError ? new Error(`${error.message}\n  fix: ${error.fix}`) : error;
    }
  }

  return ({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:")) return undefined;
    const {
      beforeCreate = [],
      beforeUpdate = [],
      ...others
    } = (opts as pulumi.CustomResourceOptions).hooks ?? {};
    const hooks = {
      ...others,
      beforeCreate: [wait, ...beforeCreate],
      beforeUpdate: [wait, ...beforeUpdate],
      afterCreate: [note],
      afterUpdate: [note],
    };
    return { props, opts: { ...opts, hooks } };
  };
}
