import type { Passage } from "./network.ts";
import type { Part, Tell } from "./step.ts";

/** Whether packets get through, and what is not known of that. */
export interface Passed {
  readonly gets: boolean;
  readonly unsure: readonly string[];
}

/**
 * A stretch of the way as NetworkPolicies have it. What depends on labels or addresses that nobody told gets through,
 * and is said.
 *
 * @param what what is let through, such as `pods of news call the gateway on port 10080`
 */
export function passing({ is, by }: Passage, at: Part, what: string): (tell: Tell) => Passed {
  const gets = is !== "closed";
  const unsure = is === "unknown" ? by.map((key) => `whether ${key} lets ${what}`) : [];
  const says = `${gets ? "lets" : "does not let"} ${what}`;
  return (tell) => {
    if (is !== "unknown") for (const object of by) tell?.({ at, passes: gets, object, says });
    return { gets, unsure };
  };
}
