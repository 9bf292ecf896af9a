import fc from "fast-check";
import type { Authorize } from "../access/evaluate/authorizers.ts";
import type { Authorizer } from "../walk/authorizer.ts";
import { AUTHORIZERS } from "./declarations.ts";

/** What the lab's authorizer does while an environment is in force: it lets some paths pass, or is down. */
export type AuthorizerState = { readonly paths: readonly string[] } | "down";

const PATHS = ["/", "/health", "/sport", "/sport/scores", "/a.json", "/b", "/b/x", "/x"];

export const authorizerState: fc.Arbitrary<AuthorizerState> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ paths: fc.subarray(PATHS, { minLength: 3 }) }) },
  { weight: 1, arbitrary: fc.constant("down" as const) },
);

/** What the evaluator is told of it. Nothing passes where it is down. */
export function authorizeBy(state: AuthorizerState): Authorize {
  return (provider, { protocol, path }) => {
    // A connection has no path, and HTTP can't ask about one: Istio leaves such a policy out.
    if (protocol === "tcp") return provider === AUTHORIZERS.partners.name;
    return state !== "down" && state.paths.includes(path);
  };
}

/** Has the lab's authorizer do so. */
export async function setAuthorizer(authorizer: Authorizer, state: AuthorizerState): Promise<void> {
  await authorizer.start();
  if (state === "down") await authorizer.stop();
  else await authorizer.allow(state.paths);
}
