import type { Json } from "../../plan/manifest.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { RequestAuthentication } from "../manifests/specs.ts";
import { selects, type Workload } from "./policies.ts";

/** What says whose tokens a gateway takes. */
export function authenticationsOf(
  objects: Objects,
  workload: Workload,
  { rootNamespace }: MeshSettings,
): Read<RequestAuthentication>[] {
  return objects("RequestAuthentication").filter((one) => selects(one, workload, rootNamespace));
}

/** Why a token is not taken, and by which object. */
export interface TokenRefusal {
  /** 401 for an issuer that is not known, 403 for another audience. */
  readonly answer: "unauthorized" | "forbidden";
  readonly object: string;
  readonly says: string;
}

/**
 * Judges tokens that are in order by who issued them and for whom.
 *
 * @returns undefined where the token is taken
 */
export function tokensOf(
  authentications: readonly Read<RequestAuthentication>[],
): (claims: Readonly<Record<string, Json>>) => TokenRefusal | undefined {
  const rules = authentications.flatMap(({ key, spec }) =>
    (spec.jwtRules ?? []).map((rule) => ({ ...rule, object: key })),
  );
  return ({ iss, aud }) => {
    const own = rules.filter(({ issuer }) => issuer === iss);
    const [first] = own;
    if (first === undefined) {
      const [{ object } = { object: "" }] = rules;
      return { answer: "unauthorized", object, says: "takes no token of this issuer" };
    }
    const isMeant = ({ audiences = [] }: (typeof rules)[number]) =>
      audiences.length === 0 ||
      [aud].flat().some((one) => typeof one === "string" && audiences.includes(one));
    if (aud === undefined || own.some(isMeant)) return undefined;
    return {
      answer: "forbidden",
      object: first.object,
      says: "takes tokens for other audiences than this one's",
    };
  };
}

/** Whose tokens they take. */
export function issuersIn(authentications: readonly Read<RequestAuthentication>[]): string[] {
  return authentications.flatMap(({ spec }) => (spec.jwtRules ?? []).map(({ issuer }) => issuer));
}
