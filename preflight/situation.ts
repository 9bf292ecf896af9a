import type { Running } from "../cluster/running.ts";
import type { DeclaredHost, Environment } from "../model/environment.ts";
import type { Position } from "../model/problem.ts";
import type { Path } from "../model/source.ts";
import { isManaged } from "../plan/labels.ts";
import { type Manifest, objectKey } from "../plan/manifest.ts";
import { planEnvironment } from "../plan/plan.ts";
import { type LiveObject, liveObjects, type Specs } from "./live.ts";
import { type MeshConfig, meshConfigOf } from "./mesh-config.ts";

/** An environment with the places of its parts, as a file's reader gives it. */
export interface Declaration {
  readonly environment: Environment;
  readonly declared: readonly DeclaredHost[];
  positionOf(path: Path): Position;
}

/** What is declared beside what runs: all that a rule looks at. */
export interface Situation extends Declaration {
  readonly running: Running;
  readonly planned: readonly Manifest[];
  readonly meshConfig: MeshConfig;
  /** Istio's root namespace, whose objects count for the whole mesh. */
  readonly rootNamespace: string;
  readonly now: Date;
  /** Objects of a kind that this environment did not write. */
  foreign<K extends keyof Specs>(kind: K): LiveObject<K>[];
}

/** Puts a declaration beside what runs. */
export function situationOf(declaration: Declaration, running: Running, now: Date): Situation {
  const { environment } = declaration;
  const planned = planEnvironment(environment).map(({ manifest }) => manifest);
  const ours = new Set(planned.map(objectKey));
  const homes = new Set(environment.gateways.map(({ namespace }) => namespace));
  const meshConfig = meshConfigOf(environment.mesh, running);
  // What an earlier file declared is still ours, but its label is believed in our own namespaces alone.
  const isOurs = (manifest: Manifest) =>
    ours.has(objectKey(manifest)) ||
    (homes.has(manifest.metadata.namespace ?? "") && isManaged(manifest.metadata));
  return {
    ...declaration,
    running,
    planned,
    meshConfig,
    rootNamespace: meshConfig.rootNamespace ?? environment.mesh.namespace,
    now,
    foreign: (kind) => liveObjects(running.objects, kind).filter((object) => !isOurs(object)),
  };
}

/** The hosts that a namespace may call. */
export function grantedTo(
  { declared }: Pick<Situation, "declared">,
  namespace: string,
): readonly DeclaredHost[] {
  return declared.filter(({ allow }) => allow.some((caller) => caller.namespace === namespace));
}

/** Every namespace that was granted a host, sorted. */
export function clientNamespaces({ declared }: Pick<Situation, "declared">): string[] {
  return [...new Set(declared.flatMap(({ allow }) => allow.map(({ namespace }) => namespace)))].sort();
}
