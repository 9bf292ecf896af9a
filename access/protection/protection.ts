import type { Manifest } from "../../plan/manifest.ts";
import { DEFAULT_MESH, type MeshSettings } from "../manifests/mesh.ts";
import { readObjects } from "../manifests/read.ts";
import type { Fact, Protection } from "./fact.ts";
import { identityFacts } from "./identity.ts";
import { loggingFacts } from "./logging.ts";
import { networkFacts } from "./network.ts";
import { podFacts } from "./pods.ts";
import { upstreamFacts } from "./upstream.ts";

const READERS = [loggingFacts, upstreamFacts, identityFacts, networkFacts, podFacts];

/** Reads out of manifests, whoever made them, how calls are watched, verified and kept in. */
export function protectionIn(manifests: readonly Manifest[], mesh: Partial<MeshSettings> = {}): Protection {
  const objects = readObjects(manifests);
  const read = READERS.map((reader) => reader(objects, { ...DEFAULT_MESH, ...mesh }));
  const facts = new Map<string, Fact>();
  for (const fact of read.flatMap((one) => one.facts)) if (!facts.has(fact.key)) facts.set(fact.key, fact);
  return { facts: [...facts.values()], subjects: new Set(read.flatMap((one) => [...one.subjects])) };
}
