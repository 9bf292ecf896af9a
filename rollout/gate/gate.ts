import { setTimeout as pause } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { selectorOf } from "../../cluster/api.ts";
import { ClusterError } from "../../cluster/client.ts";
import { readTransition } from "../../cluster/envoy.ts";
import { hasRoutes, istiodsIn, readStore, readStreams, storeKey } from "../../cluster/istiod.ts";
import { touchObject, type Written } from "../../cluster/objects.ts";
import { type Pod, podsWith } from "../../cluster/pods.ts";
import { GATEWAY_LABEL, gatewayOf, gatewaySelector } from "../../plan/labels.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { unfinished } from "./deployments.ts";
import {
  describe,
  type IstiodSight,
  type Lag,
  lacksRoutesAlone,
  lagsIn,
  proxyOf,
  ROUTES,
  rightsFix,
  SECOND,
  sinceRead,
} from "./lag.ts";
import { isHop, namespacesOf } from "./markers.ts";

/** How to wait for a stage. */
export interface GateOptions {
  /** Where istiod runs. */
  readonly istiodNamespace: string;
  /** How long at most, in seconds; what gateways drain comes on top. */
  readonly limitSeconds: number;
  /** Told every few seconds who is waited for. */
  readonly report?: (lags: readonly Lag[]) => void;
}

/** A stage that was written. */
interface WrittenStage {
  readonly written: readonly Written[];
  readonly removed: readonly Manifest[];
  /** Of {@link markersOf}. */
  readonly markers: readonly Manifest[];
  /** Wait until connections that were accepted under older rules are gone from the gateways. */
  readonly drained: boolean;
}

const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 2_000;
/** Who is waited for is told this often. */
const REPORT_MILLISECONDS = 5_000;
const PROXY = "istio-proxy";

/**
 * Waits until a stage is in force: each new Deployment runs, each istiod has read each object, each proxy concerned took
 * a push that was computed after that, and the gateways use what they took.
 *
 * Istiod names a push by the second in which it began. So each istiod is asked for what it has read until that is all;
 * then, in a later second, markers are touched, which makes it compute a push for the proxies concerned and for no
 * other sidecars. A proxy that took a push of that second or a later one has the stage.
 *
 * @throws ClusterError naming who lags, why and since when, if it takes longer than the limit
 */
export async function waitUntilInForce(
  config: KubeConfig,
  stage: WrittenStage,
  options: GateOptions,
): Promise<void> {
  const look = looker(config, stage, options);
  const begun = performance.now();
  let told = 0;
  for (let wait = FIRST_PAUSE_MILLISECONDS; ; wait = Math.min(wait * 1.5, LONGEST_PAUSE_MILLISECONDS)) {
    const { lags, graceSeconds } = await look();
    if (lags.length === 0) return;
    const waited = performance.now() - begun;
    if (waited > told + REPORT_MILLISECONDS) {
      options.report?.(lags);
      told = waited;
    }
    const limit = options.limitSeconds + (stage.drained ? graceSeconds : 0);
    if (waited > limit * 1000)
      throw new ClusterError(
        `after ${limit} s this is not in force everywhere:\n  ${lags.map(describe).join("\n  ")}`,
        [...new Set(lags.map(({ fix }) => fix))].join("; "),
      );
    await pause(wait);
  }
}

interface Look {
  readonly lags: readonly Lag[];
  /** The longest that a gateway's pod may take to end, and so to drain. */
  readonly graceSeconds: number;
}

/** Remembers from look to look which istiods have read all, and when the markers were last touched. */
function looker(
  config: KubeConfig,
  { written, removed, markers, drained }: WrittenStage,
  { istiodNamespace }: GateOptions,
): () => Promise<Look> {
  /** By an istiod's life, from when on its pushes hold the stage. */
  const since = new Map<string, number>();
  let touched: { readonly istiods: number; readonly objects: readonly Manifest[] } | undefined;
  const expected = written.filter(({ manifest }) => isOfIstio(manifest));
  const gone = removed.filter(isOfIstio).map(storeKey);

  const readBy = async (istiod: Pod): Promise<Lag[]> => {
    if (since.has(istiod.life)) return [];
    const { versions, date } = await readStore(config, istiod);
    const missing = [
      ...expected
        .filter(
          ({ manifest, resourceVersion }) => !isAtLeast(versions.get(storeKey(manifest)), resourceVersion),
        )
        .map(({ manifest }) => storeKey(manifest)),
      ...gone.filter((key) => versions.has(key)),
    ];
    if (missing.length === 0) since.set(istiod.life, sinceRead(date));
    return missing.slice(0, 1).map((key) => ({
      who: `${istiod.namespace}/${istiod.name}`,
      why: `has not read ${key.split(" ")[1]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ""}`,
      fix: "see istiod's log; its discoverySelectors have to select the namespace",
    }));
  };

  return async () => {
    const waiting = await unfinished(
      config,
      written.map(({ manifest }) => manifest),
    );
    if (expected.length + gone.length === 0 || waiting.length > 0) return { lags: waiting, graceSeconds: 0 };

    const istiods = await istiodsIn(config, istiodNamespace);
    if (istiods.length === 0) return { lags: [noIstiod(istiodNamespace)], graceSeconds: 0 };
    const unread = await Promise.all(istiods.map((istiod) => asked(istiod, () => readBy(istiod))));
    if (unread.flat().length > 0) return { lags: unread.flat(), graceSeconds: 0 };
    if (touched?.istiods !== since.size) {
      // So that the push begins in a later second than any in which an istiod said that it had read all.
      await pause(SECOND);
      const objects = await Promise.all(markers.map((marker) => touchObject(config, marker)));
      touched = { istiods: since.size, objects: objects.filter((object) => object !== undefined) };
    }

    const pods = await gatewayPods(config, touched.objects);
    const sidecars = await sidecarPods(config, touched.objects);
    const concerned = new Set([...pods, ...sidecars].map(proxyOf));
    const unheard: Lag[] = [];
    const sights: IstiodSight[] = [];
    for (const istiod of istiods) {
      const lags = await asked(istiod, async () => {
        sights.push(await streamsOf(config, istiod, since.get(istiod.life) ?? 0, concerned));
        return [];
      });
      unheard.push(...lags);
    }
    // After the streams: what an Envoy has just taken may still wait.
    const gateways = await Promise.all(
      pods.map(async (pod) => ({ pod, envoy: await readTransition(config, pod).catch(wordsOf) })),
    );
    const graceSeconds = Math.max(0, ...pods.map((pod) => pod.graceSeconds));
    return { lags: [...unheard, ...lagsIn({ istiods: sights, gateways, sidecars }, drained)], graceSeconds };
  };
}

/** The streams of the proxies concerned, without routes that they have no use for any more. */
async function streamsOf(
  config: KubeConfig,
  istiod: Pod,
  since: number,
  concerned: ReadonlySet<string>,
): Promise<IstiodSight> {
  const streams = (await readStreams(config, istiod)).filter(({ proxy }) => concerned.has(proxy));
  const used = streams.map(async (stream) => {
    if (!lacksRoutesAlone({ ...stream, since }) || (await hasRoutes(config, istiod, stream.proxy)))
      return stream;
    return { ...stream, deliveries: new Map([...stream.deliveries].filter(([type]) => type !== ROUTES)) };
  });
  return { since, streams: await Promise.all(used) };
}

/** Whether istiod reads an object, and is asked before the API server takes it. */
export function isOfIstio({ apiVersion }: Manifest): boolean {
  return /\.istio\.io\//.test(apiVersion);
}

/** An istiod may have read a later one already: the API server counts them up. */
function isAtLeast(version: string | undefined, wanted: string): boolean {
  return version !== undefined && BigInt(version) >= BigInt(wanted);
}

function noIstiod(namespace: string): Lag {
  return {
    who: `namespace ${namespace}`,
    why: "has no istiod that is ready",
    fix: "see the pods with the label app=istiod; mesh.namespace says where they run",
  };
}

/** What asking an istiod gives, or the lag that it can't be asked. */
async function asked(pod: Pod, ask: () => Promise<Lag[]>): Promise<Lag[]> {
  try {
    return await ask();
  } catch (error) {
    const why = `can't be asked: ${wordsOf(error)}`;
    return [{ who: `${pod.namespace}/${pod.name}`, why, fix: rightsFix("istiod's") }];
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function gatewayPods(config: KubeConfig, markers: readonly Manifest[]): Promise<Pod[]> {
  const found = markers.map((marker) => {
    const gateway = gatewayOf(marker);
    if (gateway === undefined || !isHop(marker)) return [];
    return podsWith(config, marker.metadata.namespace ?? "", PROXY, selectorOf(gatewaySelector(gateway)));
  });
  return (await Promise.all(found)).flat();
}

async function sidecarPods(config: KubeConfig, markers: readonly Manifest[]): Promise<Pod[]> {
  const namespaces = new Set(markers.flatMap(namespacesOf));
  if (namespaces.has("*")) return podsWith(config, "*", PROXY, `!${GATEWAY_LABEL}`);
  return (await Promise.all([...namespaces].map((namespace) => podsWith(config, namespace, PROXY)))).flat();
}
