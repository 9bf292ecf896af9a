import type { z } from "zod";
import type { Environment as EnvironmentFrame } from "../schema/schema.ts";
import type { Sound } from "../sound.ts";
import type { Path, ReportFault } from "../source.ts";

type Parts = Sound<Pick<z.output<typeof EnvironmentFrame>, "issuers" | "authorizers">>;

/** What clients and proxies send with every request, or with many. */
const OF_ANY_REQUEST = [
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-encoding",
  "content-length",
  "content-type",
  "date",
  "origin",
  "range",
  "referer",
  "traceparent",
  "tracestate",
  "user-agent",
  "x-forwarded-client-cert",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-request-id",
];

/** Rules between the parts that access takes: each name once, and one place for an issuer's keys. */
export function validateAccess({ issuers, authorizers }: Partial<Parts>, fault: ReportFault): void {
  once("issuers", "name", issuers, fault);
  once("issuers", "issuer", issuers, fault);
  once("authorizers", "name", authorizers, fault);
  issuers?.forEach((issuer, index) => {
    if (issuer === undefined) return;
    const path = ["issuers", index];
    if (issuer.jwks !== undefined && issuer.jwksUri !== undefined)
      fault(path, issuer.name, "jwks and jwksUri are both given", "give the keys by one of the two");
    const why = whyNoTokens(issuer.header);
    if (why !== undefined)
      fault([...path, "header"], issuer.header, why, "write a header of its own, such as x-user-token");
    checkKeys(issuer.jwks, [...path, "jwks"], fault);
  });
}

/** Why a header can't be the one that tokens come in; undefined where it can. */
function whyNoTokens(header = ""): string | undefined {
  if (header === "cookie") return "the whole header is the token, and a request has one for all its cookies";
  return OF_ANY_REQUEST.includes(header)
    ? "requests have this header anyway, and one that is no token is refused with 401"
    : undefined;
}

function once<K extends string>(
  list: string,
  key: K,
  entries: readonly ({ readonly [name in K]?: string | undefined } | undefined)[] | undefined,
  fault: ReportFault,
): void {
  const known = new Set<string>();
  entries?.forEach((entry, index) => {
    const value = entry?.[key];
    if (value === undefined) return;
    if (known.has(value)) fault([list, index, key], value, "declared twice", "keep one of the two");
    known.add(value);
  });
}

/** Keys that can't be read would let no token through. */
function checkKeys(jwks: string | undefined, path: Path, fault: ReportFault): void {
  if (jwks === undefined) return;
  try {
    const { keys } = JSON.parse(jwks) as { readonly keys?: unknown };
    if (Array.isArray(keys) && keys.length > 0) return;
  } catch {}
  fault(path, jwks, "not a set of keys as JSON (JWKS)", 'write such as {"keys": [{"kty": "RSA", …}]}');
}
