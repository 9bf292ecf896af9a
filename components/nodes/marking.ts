import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../cluster/access.ts";
import { markNodes, unmarkNodes } from "../../cluster/nodes.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { type NodeRecord, recordIn } from "../../plan/nodes/marks.ts";

/**
 * The hooks that mark the nodes of a record, and unmark them before it goes. Before and not after it is written: where
 * marking fails, the record must not be in the engine's state, or the next `up` would find nothing to do.
 *
 * The engine asks for a hook by its name even when the program no longer declares the resource. So the names and what
 * the hooks do depend on nothing that may be gone: the record is read from the resource itself.
 *
 * @param component begins the hooks' names, which are the program's
 */
export function markingHooks(component: string, access: ClusterAccess): pulumi.ResourceHookBinding {
  const mark = new pulumi.ResourceHook(`${component}: mark nodes`, ({ newInputs }) =>
    forRecord(newInputs, (record) => markNodes(access, record)),
  );
  const unmark = new pulumi.ResourceHook(`${component}: unmark nodes`, ({ oldInputs }) =>
    forRecord(oldInputs, (record) => unmarkNodes(access, record)),
  );
  return { beforeCreate: [mark], beforeUpdate: [mark], beforeDelete: [unmark] };
}

async function forRecord(inputs: unknown, act: (record: NodeRecord) => Promise<void>): Promise<void> {
  const record = recordIn(inputs as Manifest);
  if (record === undefined) throw new Error("the engine gave no record of the nodes");
  await act(record);
}
