import { isDeepStrictEqual } from "node:util";
import { identityOf, isFields, type Json, type Manifest } from "../plan/manifest.ts";
import { isMeshRoute, listAt } from "./claims.ts";
import type { Stage } from "./stages.ts";
import { entryKey } from "./union.ts";

/**
 * Whether a stage can refuse what the gateways let through before it. Connections that were accepted earlier go on by
 * the old policy until their filter chain has drained, so such a stage is in force only when these are gone. What is
 * not sure to refuse nothing counts as if it did.
 *
 * Policies, end users, listeners, routes and destinations are looked at. EnvoyFilters do not refuse by caller, and
 * NetworkPolicies do not act by filter chains.
 *
 * @param before all objects as they are when the stage begins
 */
export function takesAccessAway(
  { write, remove }: Pick<Stage, "write" | "remove">,
  before: readonly Manifest[],
): boolean {
  const old = new Map(before.map((manifest) => [identityOf(manifest), manifest]));
  return (
    remove.some((manifest) => refusesMore(old.get(identityOf(manifest)) ?? manifest, undefined, before)) ||
    write.some((manifest) => refusesMore(old.get(identityOf(manifest)), manifest, before))
  );
}

/** @param others all objects, to tell whether a policy is the first to allow something */
function refusesMore(
  was: Manifest | undefined,
  now: Manifest | undefined,
  others: readonly Manifest[],
): boolean {
  const { kind } = now ?? was ?? {};
  switch (kind) {
    case "AuthorizationPolicy":
      return allowsLess(was, now) || deniesMore(was, now) || isFirstToAllow(now, others);
    // Its tokens are refused where they are not in order, and asked for by rules of other policies.
    case "RequestAuthentication":
      return !isDeepStrictEqual(was?.spec, now?.spec);
    case "Gateway":
      return !isKept(was, now, ["servers"]);
    case "VirtualService":
      return was !== undefined && !isMeshRoute(was) && !isKept(was, now, ["hosts"]);
    case "ServiceEntry":
      return !isKept(was, now, ["hosts", "exportTo"]);
    default:
      return false;
  }
}

function allowsLess(was: Manifest | undefined, now: Manifest | undefined): boolean {
  if (effectOf(was) !== "allows" || listAt(was?.spec, "rules").length === 0) return false;
  return effectOf(now) !== "allows" || !isKept(was, now, ["rules"]);
}

function deniesMore(was: Manifest | undefined, now: Manifest | undefined): boolean {
  if (effectOf(now) !== "refuses") return false;
  return effectOf(was) !== "refuses" || was === undefined || !isKept(now, was, ["rules"]);
}

/** Where no policy allows, all is allowed: the first one that does refuses all else. */
function isFirstToAllow(now: Manifest | undefined, others: readonly Manifest[]): boolean {
  if (now === undefined || effectOf(now) !== "allows") return false;
  return !others.some(
    (other) =>
      other.kind === now.kind &&
      effectOf(other) === "allows" &&
      other.metadata.namespace === now.metadata.namespace &&
      isDeepStrictEqual(fieldsOf(other).selector, fieldsOf(now).selector),
  );
}

/** What a policy does to requests that fit its rules; one on trial, or that only notes them, does nothing. */
function effectOf(policy: Manifest | undefined): "allows" | "refuses" | undefined {
  if (policy?.metadata.annotations?.["istio.io/dry-run"] === "true") return undefined;
  const { action = "ALLOW" } = fieldsOf(policy);
  if (policy === undefined || action === "AUDIT") return undefined;
  return action === "ALLOW" ? "allows" : "refuses";
}

/** Whether all of an object's spec is in another's, which may have more in these lists and differs in nothing else. */
function isKept(part: Manifest | undefined, by: Manifest | undefined, lists: readonly string[]): boolean {
  if (part === undefined) return true;
  const without = (manifest: Manifest | undefined) =>
    Object.fromEntries(Object.entries(fieldsOf(manifest)).filter(([name]) => !lists.includes(name)));
  return (
    by !== undefined &&
    isDeepStrictEqual(without(part), without(by)) &&
    lists.every((list) => {
      const known = new Set(listAt(by.spec, list).map(entryKey));
      return listAt(part.spec, list).every((entry) => known.has(entryKey(entry)));
    })
  );
}

function fieldsOf(manifest: Manifest | undefined): Readonly<Record<string, Json>> {
  const spec = manifest?.spec;
  return isFields(spec) ? spec : {};
}
