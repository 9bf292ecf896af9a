import type { KubeConfig } from "@kubernetes/client-node";
import { type Manifest, objectKey } from "../plan/manifest.ts";
import { askPod } from "./admin.ts";
import { type Pod, podsWith } from "./pods.ts";

const DEBUG_PORT = 15014;
/** It may have much to write down. */
const LIMIT_SECONDS = 15;

/** The istiods that serve. One that is not ready, or ends, takes no proxy: its proxies go to another. */
export async function istiodsIn(config: KubeConfig, namespace: string): Promise<Pod[]> {
  const pods = await podsWith(config, namespace, "discovery", "app=istiod");
  return pods.filter(({ ready, ending }) => ready && !ending);
}

/** What an istiod has read from the API server. */
interface Store {
  /** The resourceVersion of each object of Istio's, by {@link storeKey}. */
  readonly versions: ReadonlyMap<string, string>;
  /** When it said so, by its own clock in whole seconds. */
  readonly date: number;
}

/** Tells objects apart whatever version of their API they are written in. */
export function storeKey(manifest: Pick<Manifest, "apiVersion" | "kind" | "metadata">): string {
  return `${manifest.apiVersion.split("/")[0]} ${objectKey(manifest as Manifest)}`;
}

/** Asks one istiod what objects it knows. */
export async function readStore(config: KubeConfig, istiod: Pod): Promise<Store> {
  const { text, date } = await askPod(config, istiod, DEBUG_PORT, "/debug/configz", LIMIT_SECONDS);
  if (date === undefined) throw new Error("its answer has no date");
  return { versions: parseStore(text), date };
}

export function parseStore(text: string): Map<string, string> {
  const objects = JSON.parse(text) as (Manifest & { metadata: { resourceVersion?: string } })[];
  return new Map(objects.map((object) => [storeKey(object), object.metadata.resourceVersion ?? ""]));
}

/** One type of configuration on a proxy's stream. */
export interface Delivery {
  /** The nonce of what was sent last; it begins with when istiod began to compute that push. */
  readonly sent?: string;
  /** The nonce of what the proxy took last. */
  readonly acked?: string;
  /** Why the proxy refused what was sent last. */
  readonly lastError?: string;
}

/** One stream from an istiod to a proxy. A proxy that has just come back may have an old one beside the new. */
export interface Stream {
  /** The proxy as `pod.namespace`. */
  readonly proxy: string;
  /** By type, such as `Listener`. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
}

/** Asks one istiod about its own proxies; it knows no others. */
export async function readStreams(config: KubeConfig, istiod: Pod): Promise<Stream[]> {
  return parseStreams((await askPod(config, istiod, DEBUG_PORT, "/debug/syncz", LIMIT_SECONDS)).text);
}

export function parseStreams(text: string): Stream[] {
  const proxies = JSON.parse(text) as { proxy: string; resources?: Record<string, Delivery> }[];
  return proxies.map(({ proxy, resources = {} }) => ({
    proxy,
    deliveries: new Map(
      Object.entries(resources).map(([url, delivery]) => [url.slice(url.lastIndexOf(".") + 1), delivery]),
    ),
  }));
}

/**
 * Whether istiod has routes for one of its proxies. It still shows the last ones it sent to a proxy that has no HTTP
 * listener any more.
 */
export async function hasRoutes(config: KubeConfig, istiod: Pod, proxy: string): Promise<boolean> {
  const path = `/debug/config_dump?types=rds&proxyID=${encodeURIComponent(proxy)}`;
  const { text } = await askPod(config, istiod, DEBUG_PORT, path, LIMIT_SECONDS);
  return ((JSON.parse(text) as { configs?: readonly unknown[] }).configs ?? []).length > 0;
}
