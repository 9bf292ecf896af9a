import { isFields, type Json } from "../../plan/manifest.ts";
import { anyOf, type Matcher } from "./match.ts";
import { type Request, valuesOf } from "./request.ts";

/**
 * Of a header that is sent several times policies look at each value by itself: one that matches is enough.
 *
 * @param name in lower case
 */
export function requestHeader(
  name: string,
  values: readonly string[],
): (request: Pick<Request, "headers">) => boolean {
  const matches = anyOf(values);
  const there = values.includes("*");
  return ({ headers }) => {
    const sent = valuesOf(headers, name);
    return there ? sent.length > 0 : sent.some(matches);
  };
}

/** Claims that are lists with spaces between. */
const SPACED = ["scope", "permission"];

/**
 * A claim with one of the values, or that is a list with such an element.
 *
 * @param way the claim's name, behind those of the objects that it is in
 */
export function tokenClaim(
  way: readonly string[],
  values: readonly string[],
): (request: Pick<Request, "claims">) => boolean {
  const matches = anyOf(values);
  const [first = ""] = way;
  return ({ claims = {} }) => {
    const claim = way.reduce<Json | undefined>((at, name) => (isFields(at) ? at[name] : undefined), claims);
    const found = typeof claim === "string" && SPACED.includes(first) ? claim.split(" ") : claim;
    return (Array.isArray(found) ? found : [found]).some((one) => typeof one === "string" && matches(one));
  };
}

/** `issuer/subject`, as Istio writes them: either may be, or begin or end with, `*`. */
export function requestPrincipals(values: readonly string[]): (request: Pick<Request, "claims">) => boolean {
  const pairs = values.map(principalPattern);
  return ({ claims: { iss, sub } = {} }) =>
    typeof iss === "string" &&
    typeof sub === "string" &&
    pairs.some(([issuer, subject]) => issuer(iss) && subject(sub));
}

function principalPattern(value: string): readonly [issuer: Matcher, subject: Matcher] {
  const slash = value.lastIndexOf("/");
  const something: Matcher = (text) => text !== "";
  const is =
    (own: string): Matcher =>
    (text) =>
      text === own;
  if (value === "*") return [something, something];
  const [issuer, subject] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)];
  // A `*` counts only at the beginning of the whole, or at its end.
  if (value.startsWith("*")) return slash < 0 ? [something, anyOf([value])] : [anyOf([issuer]), is(subject)];
  if (value.endsWith("*")) return slash < 0 ? [anyOf([value]), something] : [is(issuer), anyOf([subject])];
  return slash < 0 ? [is(value), is("")] : [is(issuer), is(subject)];
}
