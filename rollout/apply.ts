import { setTimeout as pause } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "../cluster/access.ts";
import { ClusterError, connect } from "../cluster/client.ts";
import { namespacesIn } from "../cluster/heads.ts";
import { markNodes, unmarkNodes } from "../cluster/nodes.ts";
import { applyObject, readObject, removeObject, type Written } from "../cluster/objects.ts";
import { readApplied } from "../cluster/owned.ts";
import { identityOf, type Manifest, objectKey, type PlannedObject } from "../plan/manifest.ts";
import { recordIn } from "../plan/nodes/marks.ts";
import { waveOf } from "../plan/sync-wave.ts";
import { type GateOptions, isOfIstio, waitUntilInForce } from "./gate/gate.ts";
import { markersOf } from "./gate/markers.ts";
import { requireIstiod } from "./istiod.ts";
import { keptLine, readOthersIn, requireNamespaces } from "./namespaces.ts";
import { ownedBy, ownObjects } from "./ownership.ts";
import { type Stage, stagesBetween } from "./stages.ts";
import { takenOverLine } from "./taken-over.ts";
import { takesAccessAway } from "./takes-access.ts";

/** The way from what a cluster has of an environment to what it is to have. */
export interface Rollout {
  readonly stages: readonly Stage[];
  /** What is there. */
  readonly had: readonly Written[];
  /** All objects, of before and of after. */
  readonly known: readonly Manifest[];
}

/** How to roll out. */
interface RolloutOptions extends GateOptions {
  /** Told each stage before it is written. */
  readonly onStage?: (stage: Stage) => void;
  /** Told how many seconds a stage that was written took to be in force, what it removed to be gone included. */
  readonly onInForce?: (seconds: number) => void;
  readonly onNote?: OnNote;
}

/** How long what is there, istiod too, may take where a change follows that may be what mends it. */
const SETTLING_SECONDS = 15;

/** Told of each namespace that is kept, and of each object that is removed with what others wrote of it. */
type OnNote = (note: string) => void;

/**
 * Looks what a cluster has of an environment and plans the stages to what it is to have. What an earlier rollout left
 * half done is part of what is there, so that the stages finish it; nothing to do, no stages.
 *
 * @param environment the environment's name; objects of other environments are left alone
 * @param objects all that it is to have, empty to take it away
 * @throws ClusterError if another environment has one of the objects, or there is no namespace for one
 */
export async function planRollout(
  access: ClusterAccess,
  environment: string,
  objects: readonly PlannedObject[],
): Promise<Rollout> {
  const wanted = objects.map((object) => ownedBy(environment, object));
  const config = connect(access);
  const had = ownObjects(environment, await readApplied(config), wanted);
  const before = had.map(({ manifest }) => ({ wave: waveOf(manifest), manifest }));
  const stages = stagesBetween(before, wanted);
  await requireNamespaces(
    config,
    stages.flatMap(({ write }) => write),
  );
  return {
    stages,
    had,
    known: [...before, ...wanted].map(({ manifest }) => manifest),
  };
}

/**
 * Writes the stages one after the other, each when the one before is in force. Ended anywhere, a new plan goes on from
 * there.
 *
 * @throws ClusterError if no istiod is ready to take a first write, naming the object that the cluster did not take, or
 *   who does not have a stage in time
 */
export async function runRollout(
  access: ClusterAccess,
  { stages, had, known }: Rollout,
  options: RolloutOptions,
): Promise<void> {
  const config = connect(access);
  if (stages.some(({ write }) => write.some(isOfIstio)))
    await requireIstiod(config, options.istiodNamespace, SETTLING_SECONDS);
  if (had.length > 0) await settle(config, had, options, stages.length > 0);
  const current = new Map(had.map(({ manifest }) => [identityOf(manifest), manifest]));
  for (const stage of stages) {
    const drained = takesAccessAway(stage, [...current.values()]);
    options.onStage?.(stage);
    // What a stage writes twice counts as it was written last.
    const written = new Map<string, Written>();
    for (const manifest of stage.write)
      written.set(identityOf(manifest), await put(config, access, manifest));
    const removed: Manifest[] = [];
    for (const manifest of stage.remove)
      if (await take(config, access, manifest, options.onNote)) removed.push(manifest);
    const begun = performance.now();
    const changed = [...stage.write, ...stage.remove];
    await waitUntilInForce(
      config,
      {
        written: [...written.values()],
        removed,
        markers: markersOf(changed, known),
        drained,
      },
      options,
    );
    await waitUntilGone(config, removed, options.limitSeconds);
    options.onInForce?.((performance.now() - begun) / 1000);
    for (const manifest of stage.write) current.set(identityOf(manifest), manifest);
    for (const manifest of stage.remove) current.delete(identityOf(manifest));
  }
}

/**
 * Waits for what is there: an earlier rollout may have been ended before its last stage was in force, what it took
 * away included. With no change to follow, nobody else would wait for it.
 */
async function settle(
  config: KubeConfig,
  had: readonly Written[],
  options: GateOptions,
  changeFollows: boolean,
): Promise<void> {
  const known = had.map(({ manifest }) => manifest);
  const written = had.filter(({ manifest }) => manifest.kind !== "Deployment");
  const stage = { written, removed: [], markers: markersOf(known, known), drained: true };
  if (!changeFollows) return waitUntilInForce(config, stage, options);
  try {
    await waitUntilInForce(config, stage, { ...options, limitSeconds: SETTLING_SECONDS });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
  }
}

/**
 * Waits until objects of a cluster are in force, whoever wrote them: each proxy concerned has them, and the connections
 * that were let in under older rules are gone. A rollout waits for these only where it takes access away.
 *
 * @throws ClusterError naming who lags, if it takes longer than the limit
 */
export async function waitForObjects(
  access: ClusterAccess,
  objects: readonly PlannedObject[],
  options: GateOptions,
): Promise<void> {
  const config = connect(access);
  const live = await Promise.all(objects.map(({ manifest }) => readObject(config, manifest)));
  const there = live
    .filter((object) => object !== undefined)
    .map((manifest) => ({ manifest, resourceVersion: manifest.metadata.resourceVersion }));
  await settle(config, there, options, false);
}

/**
 * Removes objects, whoever wrote them, in the order in which a rollout does, but waits for nobody. A namespace that has
 * others' objects is kept.
 *
 * @throws ClusterError naming the object that the cluster did not give up
 */
export async function removeObjects(access: ClusterAccess, objects: readonly PlannedObject[]): Promise<void> {
  const config = connect(access);
  for (const { remove } of stagesBetween(objects, []))
    for (const manifest of remove) await take(config, access, manifest);
}

/** Asks the API server about each write of a rollout without doing it. @throws ClusterError at the first refusal */
export async function tryRollout(access: ClusterAccess, { stages }: Rollout, onNote?: OnNote): Promise<void> {
  const config = connect(access);
  const there = new Set(await namespacesIn(config));
  for (const manifest of stages.flatMap(({ write }) => write)) {
    const { namespace } = manifest.metadata;
    // The API server takes nothing in a namespace that is yet to be made, not even for a trial.
    if (namespace === undefined || there.has(namespace)) await applyObject(config, manifest, true);
  }
  for (const manifest of stages.flatMap(({ remove }) => remove)) {
    const others = await readOthersIn(config, manifest);
    const note = others.length > 0 ? keptLine(manifest, others) : await takenOverLine(config, manifest);
    if (note !== undefined) onNote?.(note);
  }
}

/** Nodes first: a record without its marks would look done to the next run. */
async function put(config: KubeConfig, access: ClusterAccess, manifest: Manifest): Promise<Written> {
  const record = recordIn(manifest);
  if (record !== undefined) await markNodes(access, record);
  return applyObject(config, manifest);
}

/** @returns whether it is removed; a namespace with others' objects only loses what was written of it */
async function take(
  config: KubeConfig,
  access: ClusterAccess,
  manifest: Manifest,
  onNote?: OnNote,
): Promise<boolean> {
  const record = recordIn(manifest);
  if (record !== undefined) await unmarkNodes(access, record);
  const others = await readOthersIn(config, manifest);
  if (others.length === 0) {
    const note = onNote === undefined ? undefined : await takenOverLine(config, manifest);
    if (note !== undefined) onNote?.(note);
    await removeObject(config, manifest);
    return true;
  }
  const { apiVersion, kind, metadata } = manifest;
  await applyObject(config, { apiVersion, kind, metadata: { name: metadata.name } });
  onNote?.(keptLine(manifest, others));
  return false;
}

/** A namespace takes its time, and until then nothing can be made in it again. */
async function waitUntilGone(
  config: KubeConfig,
  removed: readonly Manifest[],
  limitSeconds: number,
): Promise<void> {
  const end = performance.now() + limitSeconds * 1000;
  for (const manifest of removed.filter(({ kind }) => kind === "Namespace"))
    while ((await readObject(config, manifest)) !== undefined) {
      if (performance.now() > end)
        throw new ClusterError(
          `${objectKey(manifest)} is still there after ${limitSeconds} s`,
          "see its status for what is left in it, and run this again",
        );
      await pause(500);
    }
}
