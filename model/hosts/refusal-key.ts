import type { Host } from "../environment.ts";
import { digest } from "../values/digest.ts";

/**
 * The key of what a host answers as not found, of all that it allows: the same for all hosts of an owner with the same
 * rules. The log has it in the name of the route that refuses.
 *
 * @returns undefined where the host refuses by policy
 */
export function refusalKey({
  owner,
  refuse,
  allow,
}: Pick<Host, "owner" | "refuse" | "allow">): string | undefined {
  return refuse === "not-found" ? digest(JSON.stringify([owner, allow.map(({ key }) => key)])) : undefined;
}
