import { NODES_ANNOTATION, POOL_LABEL } from "../labels.ts";
import type { Manifest } from "../manifest.ts";

/** A taint as a Node's spec has it. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

/** What of a Node the marks are about. */
export interface NodeState {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
}

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: "test" | "add" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/** Which nodes belong to a pool; exactly one of the two is not empty. */
interface NodeSelection {
  readonly names: readonly string[];
  readonly selector: Readonly<Record<string, string>>;
}

const LABEL_PATH = `/metadata/labels/${POOL_LABEL.replaceAll("~", "~0").replaceAll("/", "~1")}`;
const TAINTS_PATH = "/spec/taints";

/**
 * The patch that makes a node the pool's, empty where it is already.
 *
 * A node's taints are one list that the API server only replaces whole (listType atomic). The patch therefore carries
 * the other owners' taints over and begins with a test that they have not changed since they were read.
 */
export function markPatch(node: NodeState, pool: string): PatchOperation[] {
  const operations = taintPatch(node, [
    ...others(node),
    { key: POOL_LABEL, value: pool, effect: "NoSchedule" },
  ]);
  return node.labels[POOL_LABEL] === pool
    ? operations
    : [...operations, { op: "add", path: LABEL_PATH, value: pool }];
}

/** The patch that takes our marks off a node again, and nothing else. */
export function unmarkPatch(node: NodeState): PatchOperation[] {
  const operations = taintPatch(node, others(node));
  return node.labels[POOL_LABEL] === undefined
    ? operations
    : [...operations, { op: "remove", path: LABEL_PATH }];
}

function others(node: NodeState): Taint[] {
  return (node.taints ?? []).filter((taint) => taint.key !== POOL_LABEL);
}

function taintPatch(node: NodeState, wanted: readonly Taint[]): PatchOperation[] {
  const current = node.taints ?? [];
  const same =
    current.length === wanted.length && wanted.every((taint) => current.some((has) => sameTaint(has, taint)));
  if (same) return [];
  const test: PatchOperation[] =
    node.taints === undefined ? [] : [{ op: "test", path: TAINTS_PATH, value: current }];
  return wanted.length === 0
    ? [...test, { op: "remove", path: TAINTS_PATH }]
    : [...test, { op: "add", path: TAINTS_PATH, value: wanted }];
}

function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && (a.value ?? "") === (b.value ?? "") && a.effect === b.effect;
}

/** What a pool's record says: the nodes that are to be marked, and with what. */
export interface NodeRecord extends NodeSelection {
  readonly pool: string;
}

/**
 * The record as an annotation. An annotation and not a ConfigMap's data, as Pulumi's Kubernetes provider replaces a
 * ConfigMap whose data change: nodes would lose their marks for a moment.
 */
export function recordAnnotation(record: NodeRecord): Record<string, string> {
  return { [NODES_ANNOTATION]: JSON.stringify(record) };
}

/** The record that a manifest holds, or undefined where it is another kind of object. */
export function recordIn({ metadata }: Manifest): NodeRecord | undefined {
  const text = metadata.annotations?.[NODES_ANNOTATION];
  return text === undefined ? undefined : (JSON.parse(text) as NodeRecord);
}
