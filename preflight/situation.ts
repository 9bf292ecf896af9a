import type { Running } from "../cluster/running.ts";
import type { DeclaredHost, Environment } from "../model/environment.ts";
import type { Position } from "../model/problem.ts";
import { namespacesOf } from "../model/rules/callers.ts";
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
  return declared.filter((host) => isGrantedTo(host, namespace));
}

/** Whether somebody of a namespace may call a host. */
export function isGrantedTo(host: DeclaredHost, namespace: string): boolean {
  const granted = namespacesOf([host]);
  return granted.includes(namespace) || granted.includes("*");
}

/** Every namespace that was granted a host, sorted: where everyone was, the injected ones that are there. */
export function clientNamespaces({ declared, running, environment }: Situation): string[] {
  const callers = new Set(declared.flatMap((host) => namespacesOf([host])));
  if (!callers.delete("*")) return [...callers].sort();
  const homes = new Set(environment.gateways.map(({ namespace }) => namespace));
  const injected = liveObjects(running.objects, "Namespace")
    .filter(({ metadata }) => isInjected(metadata.labels ?? {}, environment.mesh.revision))
    .map(({ metadata }) => metadata.name)
    .filter((name) => !homes.has(name));
  return [...new Set([...callers, ...injected])].sort();
}

/** Whether pods of a namespace with these labels get a sidecar. Of two labels, istio-injection counts. */
export function isInjected(labels: Readonly<Record<string, string>>, revision: string | undefined): boolean {
  const injection = labels["istio-injection"];
  const named = labels["istio.io/rev"];
  if (revision === undefined) return injection === undefined ? named !== undefined : injection === "enabled";
  return injection === undefined && named === revision;
}
