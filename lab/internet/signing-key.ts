import { createSign, generateKeyPairSync } from "node:crypto";

/** A key that signs end users' tokens (JWT, RS256). */
export interface SigningKey {
  /** Its public half as a set of keys (JWKS), JSON. */
  readonly jwks: string;
  /** A signed token with some claims, as JSON has them. */
  readonly sign: (claims: object) => string;
}

/** Makes a key. @param id as tokens and the set of keys name it */
export function signingKey(id: string): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const header = part({ alg: "RS256", typ: "JWT", kid: id });
  return {
    jwks: JSON.stringify({
      keys: [{ ...publicKey.export({ format: "jwk" }), kid: id, alg: "RS256", use: "sig" }],
    }),
    sign: (claims) => {
      const text = `${header}.${part(claims)}`;
      return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
    },
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
