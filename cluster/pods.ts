import type { KubeConfig, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { ApiError, callApi } from "./api.ts";
import { ClusterError } from "./client.ts";

/** A pod, as far as one asks whether its program serves. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /** Another one after each restart of the container, so that nothing is remembered of the one before. */
  readonly life: string;
  /** The container runs, be it ready or not. */
  readonly running: boolean;
  /** The container says that it can serve. */
  readonly ready: boolean;
  /** The pod was asked to end. */
  readonly ending: boolean;
  /** How long it may take to end, in seconds. */
  readonly graceSeconds: number;
}

/**
 * Lists a namespace's pods that have a container of this name; native sidecars are init containers.
 *
 * @param namespace `*` for all
 * @throws ClusterError if they can't be listed
 */
export async function podsWith(
  config: KubeConfig,
  namespace: string,
  container: string,
  labelSelector?: string,
): Promise<Pod[]> {
  const { items } = await list(config, namespace, labelSelector);
  return items.flatMap((pod) => {
    const status = statuses(pod).find(({ name }) => name === container);
    return status === undefined ? [] : [podOf(pod, status)];
  });
}

/** A pod that can't serve yet, and what keeps it, in the cluster's own words. */
interface UnreadyPod {
  readonly name: string;
  readonly why: string;
}

/** The pods that are not ready, without those that end. @throws ClusterError if they can't be listed */
export async function unreadyPods(
  config: KubeConfig,
  namespace: string,
  labelSelector: string,
): Promise<UnreadyPod[]> {
  const { items } = await list(config, namespace, labelSelector);
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .filter((pod) => conditionOf(pod, "Ready")?.status !== "True")
    .map((pod) => ({ name: pod.metadata?.name ?? "", why: whyUnready(pod) }));
}

/** A pod without a node tells so in a condition, a container that does not start in its own state. */
function whyUnready(pod: V1Pod): string {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return `can't be scheduled: ${scheduled.message ?? scheduled.reason}`;
  const waiting = statuses(pod)
    .flatMap(({ name, state }) => (state?.waiting === undefined ? [] : [{ name, ...state.waiting }]))
    .find(({ reason }) => reason !== "PodInitializing");
  if (waiting !== undefined)
    return `waits for its container ${waiting.name}: ${waiting.message ?? waiting.reason}`;
  return `is not ready: ${conditionOf(pod, "Ready")?.message ?? pod.status?.phase}`;
}

function conditionOf({ status }: V1Pod, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}

async function list(
  config: KubeConfig,
  namespace: string,
  labelSelector: string | undefined,
): Promise<{ items: V1Pod[] }> {
  const path = namespace === "*" ? "/api/v1/pods" : `/api/v1/namespaces/${namespace}/pods`;
  try {
    const query = labelSelector === undefined ? {} : { labelSelector };
    return (await callApi(config, { method: "GET", path, query })) as { items: V1Pod[] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fix = `get the right to list pods in ${namespace === "*" ? "all namespaces" : `the namespace ${namespace}`}`;
    throw new ClusterError(`the pods can't be listed: ${error.message}`, fix, { cause: error });
  }
}

function statuses({ status }: V1Pod): V1ContainerStatus[] {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
}

function podOf({ metadata, spec }: V1Pod, status: V1ContainerStatus): Pod {
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    life: `${metadata?.uid} ${status.restartCount}`,
    running: status.state?.running !== undefined,
    ready: status.ready,
    ending: metadata?.deletionTimestamp !== undefined,
    graceSeconds: spec?.terminationGracePeriodSeconds ?? 30,
  };
}
