import { stringify } from "yaml";
import type { Disagreement, Result } from "./run.ts";

/** A result as text: the counts, and of each disagreement all that it takes to see it again. */
export function describeResult({ seed, environments, probes, answers, ...rest }: Result): string {
  const counts = Object.entries(answers).map(([answer, count]) => `${answer} ${count}`);
  return [
    ...rest.disagreements.map(describeDisagreement),
    `${probes} calls in ${environments} environments (seed ${seed}): ${counts.join(", ")}`,
    `${rest.disagreeing} disagreements`,
  ].join("\n");
}

function describeDisagreement({ probe, expected, got, hosts, policies, authorizer }: Disagreement): string {
  const concerned = hosts.filter(({ port }) => port === probe.port);
  return [
    `A call that Envoy answers with ${got}, and the evaluator with ${expected.answer}:`,
    stringify({ call: probe, evaluator: expected, declared: concerned, authorizer }),
    ...policies.map((policy) => `---\n${stringify(policy)}`),
  ].join("\n");
}
