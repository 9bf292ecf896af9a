import type { Manifest } from "../../plan/manifest.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import { evaluator, type Outcome, type Probe } from "./evaluate.ts";
import type { Step } from "./step.ts";

/** What comes of a call, and the whole way to it. */
export interface Explanation extends Outcome {
  /** In the order in which the call takes them; of a refused one the last decides. */
  readonly steps: readonly Step[];
}

/**
 * What real Istio and Envoy would answer, step by step. The evaluator itself tells its steps, so that the answer and
 * its explanation can't differ.
 *
 * @param manifests planned, rendered or live; the gateways' Services among them
 * @example
 * explainCall(manifests, { principal: "cluster.local/ns/news/sa/a", host: "a.example", port: 80, scheme: "http" });
 */
export function explainCall(
  manifests: readonly Manifest[],
  probe: Probe,
  mesh: Partial<MeshSettings> = {},
): Explanation {
  const steps: Step[] = [];
  const outcome = evaluator(manifests, mesh).evaluate(probe, (step) => steps.push(step));
  return { ...outcome, steps };
}
