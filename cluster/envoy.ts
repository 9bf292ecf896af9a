import type { KubeConfig } from "@kubernetes/client-node";
import { askPod } from "./admin.ts";
import type { Pod } from "./pods.ts";

const ADMIN_PORT = 15000;
/** It only counts; one that takes longer hangs. */
const LIMIT_SECONDS = 5;
const COUNTERS = {
  warmingClusters: "cluster_manager.warming_clusters",
  warmingListeners: "listener_manager.total_listeners_warming",
  drainingListeners: "listener_manager.total_listeners_draining",
  drainingChains: "listener_manager.total_filter_chains_draining",
} as const;

/** What an Envoy has taken but does not use yet, and what it no longer offers but still serves. */
export type Transition = Readonly<Record<keyof typeof COUNTERS, number>>;

/** Asks an Envoy what of its configuration is under way. */
export async function readTransition(config: KubeConfig, pod: Pod): Promise<Transition> {
  const filter = `^(${Object.values(COUNTERS).join("|")})$`;
  const path = `/stats?filter=${encodeURIComponent(filter)}`;
  return parseTransition((await askPod(config, pod, ADMIN_PORT, path, LIMIT_SECONDS)).text);
}

/** @throws Error if a counter is missing, as of an Envoy that names it otherwise */
export function parseTransition(text: string): Transition {
  const values = new Map(text.split("\n").map((line) => line.split(": ") as [string, string]));
  const entries = Object.entries(COUNTERS).map(([name, counter]) => {
    const value = Number(values.get(counter) ?? Number.NaN);
    if (Number.isNaN(value)) throw new Error(`its Envoy has no counter ${counter}`);
    return [name, value];
  });
  return Object.fromEntries(entries) as Transition;
}
