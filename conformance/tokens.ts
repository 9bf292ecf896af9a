import { signingKey } from "../lab/internet/signing-key.ts";

export const ISSUER = "https://login.conformance.example.com";
/** One that no environment declares, though it signs with the same key. */
export const STRANGER = "https://elsewhere.example.com";
/** Where tokens are, unless an issuer is declared with another header. */
export const TOKEN_HEADER = "x-user-token";

/** `jwks` is the key as issuers are declared with it; `sign` makes a token of some claims. */
export const { jwks, sign: tokenOf } = signingKey("conformance");
