import { createSign, generateKeyPairSync } from "node:crypto";
import type { Json } from "../plan/manifest.ts";

export const ISSUER = "https://login.conformance.example.com";
/** One that no environment declares, though it signs with the same key. */
export const STRANGER = "https://elsewhere.example.com";
/** Where tokens are, unless an issuer is declared with another header. */
export const TOKEN_HEADER = "x-user-token";

const KEY = "conformance";
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** The key that signs, as issuers are declared with it. */
export const jwks = JSON.stringify({
  keys: [{ ...pair.publicKey.export({ format: "jwk" }), kid: KEY, alg: "RS256", use: "sig" }],
});

/** A signed token with some claims. */
export function tokenOf(claims: Readonly<Record<string, Json>>): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", typ: "JWT", kid: KEY })}.${part(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(pair.privateKey, "base64url")}`;
}
