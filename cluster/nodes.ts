import { ApiException, CoreV1Api, setHeaderOptions, type V1Node } from "@kubernetes/client-node";
import { POOL_LABEL } from "../plan/labels.ts";
import {
  markPatch,
  type NodeRecord,
  type NodeState,
  type PatchOperation,
  type Taint,
  unmarkPatch,
} from "../plan/nodes/marks.ts";
import type { ClusterAccess } from "./access.ts";
import { selectorOf } from "./api.ts";
import { ClusterError, connect } from "./client.ts";

/** Another writer can change a node's taints between our reading and writing; so often is it tried again. */
const ATTEMPTS = 5;
/** Conflict, and a patch whose test found other taints than were read. */
const CHANGED_MEANWHILE = [409, 422];

/**
 * Gives a pool's nodes its label and taint; nodes that left the pool lose them.
 *
 * @throws ClusterError if no node is selected, or a named one is not there
 */
export async function markNodes(access: ClusterAccess, record: NodeRecord): Promise<void> {
  const api = connect(access).makeApiClient(CoreV1Api);
  const wanted = await selected(api, record);
  const marked = await list(api, { [POOL_LABEL]: record.pool });
  const names = new Set(wanted.map(nameOf));
  for (const node of marked) if (!names.has(nameOf(node))) await change(api, nameOf(node), unmarkPatch);
  for (const node of wanted) await change(api, nameOf(node), (state) => markPatch(state, record.pool));
}

/** Takes a pool's label and taint off every node that has them. */
export async function unmarkNodes(access: ClusterAccess, { pool }: NodeRecord): Promise<void> {
  const api = connect(access).makeApiClient(CoreV1Api);
  for (const node of await list(api, { [POOL_LABEL]: pool })) await change(api, nameOf(node), unmarkPatch);
}

async function selected(api: CoreV1Api, record: NodeRecord): Promise<V1Node[]> {
  const nodes = await list(api, record.selector);
  if (record.names.length === 0) {
    if (nodes.length > 0) return nodes;
    throw new ClusterError(
      `no node has ${selectorOf(record.selector)}`,
      "correct nodes.selector, or label the nodes",
    );
  }
  const missing = record.names.find((name) => !nodes.some((node) => nameOf(node) === name));
  if (missing !== undefined)
    throw new ClusterError(
      `there is no node ${missing}`,
      "correct nodes.names; `kubectl get nodes` lists them",
    );
  return nodes.filter((node) => record.names.includes(nameOf(node)));
}

async function list(api: CoreV1Api, selector: Readonly<Record<string, string>>): Promise<V1Node[]> {
  try {
    return (await api.listNode({ labelSelector: selectorOf(selector) })).items;
  } catch (error) {
    throw new ClusterError(
      `the nodes can't be listed${error instanceof ApiException ? ` (${error.code})` : ""}`,
      "check the right to list and patch nodes, and that the cluster answers",
      { cause: error },
    );
  }
}

async function change(
  api: CoreV1Api,
  name: string,
  patchOf: (state: NodeState) => PatchOperation[],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const patch = patchOf(stateOf(await api.readNode({ name })));
      if (patch.length === 0) return;
      await api.patchNode(
        { name, body: patch },
        setHeaderOptions("Content-Type", "application/json-patch+json"),
      );
      return;
    } catch (error) {
      const code = error instanceof ApiException ? error.code : 0;
      if (code === 404) return; // gone since it was listed, and its marks with it
      if (attempt === ATTEMPTS || !CHANGED_MEANWHILE.includes(code))
        throw new ClusterError(
          `the node ${name} can't be marked`,
          "check the right to patch nodes, and who else changes its taints",
          { cause: error },
        );
    }
  }
}

function stateOf(node: V1Node): NodeState {
  // As the API server sent them, field by field, or the patch's test would compare other bytes.
  const taints = node.spec?.taints?.map(
    ({ key, value, effect, timeAdded }): Taint => ({
      key,
      ...(value === undefined ? {} : { value }),
      effect,
      ...(timeAdded === undefined ? {} : { timeAdded: timeAdded.toISOString().replace(".000Z", "Z") }),
    }),
  );
  return { labels: node.metadata?.labels ?? {}, ...(taints === undefined ? {} : { taints }) };
}

function nameOf(node: V1Node): string {
  return node.metadata?.name ?? "";
}
